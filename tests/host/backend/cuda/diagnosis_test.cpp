#include "host/backend/cuda/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <ostream>

namespace qr::cuda {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kBuild = "0.1.0, commit abc";

// A machine on which everything is well.
Probe good() {
    return {.module = {.path = "/lib/m.so", .is_there = true, .build = std::string(kBuild)},
            .kernel_driver = "580.65.06",
            .device_files = {{.path = "/dev/nvidia-uvm"},
                             {.path = "/dev/nvidia0"},
                             {.path = "/dev/nvidiactl"}},
            .driver_api = 13'000,
            .init_code = 0,
            .count_code = 0,
            .devices = {{.name = "NVIDIA L4",
                         .capability = 89,
                         .free_bytes = std::uint64_t{3} << 30,
                         .total_bytes = std::uint64_t{24} << 30}}};
}

struct Case {
    const char* name;
    void (*damage)(Probe& probe);
    Cause cause;
    std::vector<std::string> words;  // of message and remedy
};

void PrintTo(const Case& tested, std::ostream* out) {
    *out << to_string(tested.cause);
}

void remove_driver(Probe& probe) {
    probe.kernel_driver.clear();
    probe.device_files.clear();
}

void remove_library(Probe& probe) {
    probe.library_error = "libcuda.so.1: cannot open shared object file";
    probe.driver_api.reset();
    probe.init_code.reset();
    probe.count_code.reset();
    probe.devices.clear();
}

void fail_init(Probe& probe, int code) {
    probe.init_code = code;
    probe.count_code.reset();
    probe.devices.clear();
}

std::vector<Case> driver_cases() {
    return {
        {"NoDriver",
         [](Probe& probe) { remove_driver(probe), remove_library(probe); },
         Cause::no_driver,
         {"no NVIDIA driver", "cannot open shared object file", "install", "580 or later"}},
        {"NoKernelDriver",
         [](Probe& probe) { remove_driver(probe), fail_init(probe, 100); },
         Cause::no_driver,
         {"no NVIDIA kernel driver is loaded", "modprobe nvidia"}},
        {"NoLibrary",
         [](Probe& probe) { remove_library(probe); },
         Cause::no_library,
         {"kernel driver 580.65.06 is loaded", "NVIDIA Container Toolkit", "libcuda1"}},
        {"NoLibraryInWsl",
         [](Probe& probe) {
             remove_driver(probe), remove_library(probe);
             probe.is_wsl = true;
         },
         Cause::no_library,
         {"libcuda.so.1 cannot be opened"}},
        {"Stub", [](Probe& probe) { fail_init(probe, 34); }, Cause::no_library, {"stub"}},
        {"OldDriver",
         [](Probe& probe) {
             probe.kernel_driver = "570.124.06";
             probe.driver_api = 12'080;
         },
         Cause::driver_too_old,
         {"570.124.06 offers CUDA 12.8", "needed is 13.0", "driver 580 or later"}},
        {"Mismatch",
         [](Probe& probe) { fail_init(probe, 803); },
         Cause::driver_mismatch,
         {"different versions", "restart"}},
        {"NoFabric",
         [](Probe& probe) { fail_init(probe, 802); },
         Cause::not_initialised,
         {"802", "nvidia-fabricmanager"}},
    };
}

std::vector<Case> device_cases() {
    return {
        {"NoPermission",
         [](Probe& probe) {
             fail_init(probe, 100);
             probe.device_files.at(2).error = EACCES;
         },
         Cause::no_permission,
         {"/dev/nvidiactl", "Permission denied", "group"}},
        {"RefusedByItsService",
         [](Probe& probe) {
             fail_init(probe, 999);
             probe.device_files.at(1).error = EPERM;
         },
         Cause::no_permission,
         {"/dev/nvidia0", "Operation not permitted", "DeviceAllow"}},
        {"NoDevice",
         [](Probe& probe) {
             fail_init(probe, 100);
             probe.device_files.erase(probe.device_files.begin() + 1);
         },
         Cause::no_device,
         {"finds no device", "nvidia-smi -L", "MIG"}},
        {"NoneCounted",
         [](Probe& probe) { probe.devices.clear(); },
         Cause::no_device,
         {"finds no device"}},
        {"Hidden",
         [](Probe& probe) {
             fail_init(probe, 100);
             probe.visible_devices = "-1";
         },
         Cause::devices_hidden,
         {"CUDA_VISIBLE_DEVICES='-1'", "1 devices", "unset"}},
        {"OldDevice",
         [](Probe& probe) { probe.devices.at(0) = {.name = "Tesla V100", .capability = 70}; },
         Cause::device_too_old,
         {"Tesla V100 has compute capability 7.0", "7.5"}},
        {"NoMemoryForThePlan",
         [](Probe& probe) {
             probe.refusal = Error{.code = Code::out_of_memory, .message = "cudaMalloc: 1 GiB"};
         },
         Cause::no_memory,
         {"NVIDIA L4: 3.0 GiB of 24.0 GiB free", "cudaMalloc: 1 GiB", "nvidia-smi"}},
        {"NoMemoryToBegin",
         [](Probe& probe) { fail_init(probe, 2); },
         Cause::no_memory,
         {"too little free memory"}},
        {"UnknownCode",
         [](Probe& probe) { fail_init(probe, 999); },
         Cause::other,
         {"cuInit", "999", "nvidia-uvm"}},
        {"CountFails",
         [](Probe& probe) {
             probe.devices.clear();
             probe.count_code = 46;
         },
         Cause::other,
         {"cuDeviceGetCount", "46"}},
        {"TheModuleRefuses",
         [](Probe& probe) {
             probe.refusal = Error{.code = Code::unavailable, .message = "cudaSetDevice: 46"};
         },
         Cause::other,
         {"cudaSetDevice: 46"}},
    };
}

std::vector<Case> module_cases() {
    return {
        {"ModuleMissing",
         [](Probe& probe) { probe.module = {.path = "/lib/m.so"}; },
         Cause::module_missing,
         {"'/lib/m.so'", "quantumrerank-cuda", "cuda_module"}},
        {"ModuleBroken",
         [](Probe& probe) {
             probe.module.build.reset();
             probe.module.open_error = "file too short";
         },
         Cause::module_broken,
         {"'/lib/m.so'", "file too short"}},
        {"ModuleWithoutItsDoor",
         [](Probe& probe) { probe.module.build.reset(); },
         Cause::module_broken,
         {"no CUDA module of quantumrerank"}},
        {"ModuleOfAnotherBuild",
         [](Probe& probe) { probe.module.build = "0.0.9, commit def"; },
         Cause::module_foreign,
         {"'0.0.9, commit def'", "'0.1.0, commit abc'", "of the server's version"}},
    };
}

class Diagnosis : public testing::TestWithParam<Case> {};

TEST_P(Diagnosis, NamesTheCauseAndTheRemedy) {
    Probe probe = good();
    GetParam().damage(probe);
    const Finding finding = diagnose(probe, kBuild);
    EXPECT_EQ(to_string(GetParam().cause), to_string(finding.cause));
    EXPECT_NE("", finding.remedy);
    for (const std::string& word : GetParam().words)
        EXPECT_THAT(finding.message + " | " + finding.remedy, HasSubstr(word));
    const Error error = to_error(finding);
    EXPECT_EQ(to_string(GetParam().cause), error.reason);
    EXPECT_THAT(error.message, AllOf(HasSubstr(finding.message), HasSubstr(finding.remedy)));
}

const auto kName = [](const auto& tested) { return tested.param.name; };
INSTANTIATE_TEST_SUITE_P(OfDrivers, Diagnosis, testing::ValuesIn(driver_cases()), kName);
INSTANTIATE_TEST_SUITE_P(OfDevices, Diagnosis, testing::ValuesIn(device_cases()), kName);
INSTANTIATE_TEST_SUITE_P(OfModules, Diagnosis, testing::ValuesIn(module_cases()), kName);

TEST(DiagnosisOfAGoodMachine, FindsNothing) {
    const Finding finding = diagnose(good(), kBuild);
    EXPECT_EQ(Cause::none, finding.cause);
    EXPECT_EQ("", finding.remedy);
    EXPECT_THAT(finding.warnings, IsEmpty());
}

TEST(DiagnosisOfAGoodMachine, TakesTheBackendsWordOverItsOwnReasons) {
    Probe probe = good();
    remove_driver(probe);
    remove_library(probe);
    probe.is_made = true;
    EXPECT_EQ(Cause::none, diagnose(probe, kBuild).cause);
}

TEST(DiagnosisOfAGoodMachine, WarnsOfWhatIsLeftOut) {
    Probe probe = good();
    probe.visible_devices = "0";
    probe.device_files.push_back({.path = "/dev/nvidia1"});
    probe.cublas_error = "libcublas.so.13: not found";
    EXPECT_THAT(diagnose(probe, kBuild).warnings,
                ElementsAre(AllOf(HasSubstr("CUDA_VISIBLE_DEVICES='0'"), HasSubstr("1 of 2")),
                            AllOf(HasSubstr("cuBLAS"), HasSubstr("libcublas.so.13: not found"))));
}

TEST(DiagnosisOfAModule, SaysWhatElseIsMissing) {
    Probe probe = good();
    probe.module = {.path = "/lib/m.so"};
    EXPECT_THAT(diagnose(probe, kBuild).warnings, IsEmpty());
    remove_driver(probe);
    remove_library(probe);
    EXPECT_THAT(diagnose(probe, kBuild).warnings, ElementsAre(HasSubstr("no NVIDIA driver")));
}

TEST(DiagnosisAsAnError, IsOfMemoryWhereMemoryIsMissing) {
    EXPECT_EQ(Code::out_of_memory, to_error({.cause = Cause::no_memory}).code);
    EXPECT_EQ(Code::unavailable, to_error({.cause = Cause::no_driver}).code);
}

}  // namespace
}  // namespace qr::cuda
