// tests/support/emulation/emulation.h on a real device: what lets the emulated tests run there as
// they are.
//
// The invariant: a test runs on the device, or skips and says why. What only an emulation can do
// (several devices where there is one, less memory, a call that fails on demand) skips the test
// that asks for it. Orders and workers are the device's own affair.
#include "tests/support/emulation/emulation.h"

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <optional>
#include <string_view>

#include "tests/gpu/device.h"
#include "tests/support/emulation/reports.h"

namespace qr::emulation {
namespace {

Settings& current() {
    static Settings current;
    return current;
}

std::optional<std::string> lacks(const Settings& wanted) {
    const Settings usual;
    const gpu::Devices& found = gpu::devices();
    if (wanted.devices == 0) return "needs a machine without a driver: the emulation has one";
    if (found.count == 0) return found.reason;
    if (wanted.devices > 1 && wanted.devices != found.count)
        return "needs " + std::to_string(wanted.devices) + " devices, " +
               std::to_string(found.count) + " here";
    if (wanted.progress == Progress::kOnWait)
        return "needs work that begins when it is waited for: the emulation's does";
    if (wanted.memory_bytes != usual.memory_bytes)
        return "needs a device of another size: the emulation has them";
    return {};
}

// What says of the emulated device what no other need keep.
struct Exception {
    std::string_view test, reason;
};
constexpr Exception kExceptions[] = {
    {"Handles.GiveBackWhatTheyOwnOnce", "counts live objects: the emulation does"},
    {"CudaBackendTest.StagingMemoryLivesAsLongAsAnyoneHoldsIt",
     "counts live objects: the emulation does"},
    {"CudaBackendTest.TakesExactlyThePlannedMemory",
     "counts bytes: a device gives whole pages, see DeviceMemoryOf"},
    {"LaneCalls.ItsMemoryIsWhatItTakesOfTheDevice",
     "counts bytes: a device gives whole pages, see DeviceMemoryOf"},
    {"CudaEngineFaults.ATableTakesWhatThePlanSays", "counts bytes: a device gives whole pages"},
    {"CudaEngineFaults.GivesItsMemoryBackWithTheLastView",
     "counts bytes: a device keeps some of what it took"},
    {"CudaEngineFaults.NeedsADeviceWithFreeMemory", "names the emulated device"},
    {"CudaBackendTest.OneDeviceIsNamedAsItIs", "names the emulated device"},
    {"CudaBackendTest.TellsItsDevicesAndLanes", "names the emulated device"},
    {"Devices.AreDescribedInTheRuntimesOrder", "names the emulated device"},
    {"GraphSearch.TakesFourCallsWhereStepsTakeThreeATileAndElevenMore",
     "counts calls of the runtime: the emulation does"},
    {"Status.AnErrorNamesTheCallAndTheRuntimesWords", "quotes the emulated runtime"},
};

class SkipExceptions : public testing::EmptyTestEventListener {
    // A test that is marked as skipped here is made, and not run.
    void OnTestStart(const testing::TestInfo& info) override {
        const std::string suite = info.test_suite_name(), test = info.name();
        // Of one with parameters, "Paces/Suite.Test/parameter", the middle alone.
        const std::string name =
            suite.substr(suite.find('/') + 1) + "." + test.substr(0, test.find('/'));
        for (const Exception& exception : kExceptions) {
            if (name == exception.test) gpu::mark_as_skipped(std::string(exception.reason));
        }
    }
};

const bool is_listening = [] {
    testing::UnitTest::GetInstance()->listeners().Append(new SkipExceptions);
    return true;
}();

}  // namespace

Settings settings_from_environment() {
    return {};
}

const Settings& settings() {
    return current();
}

void reset(const Settings& settings) {
    if (const auto reason = lacks(settings)) gpu::skip(*reason);
    current() = settings;
    cudaGetLastError();
}

std::vector<std::string> take_reports() {
    const cudaError_t code = cudaGetLastError();
    if (code == cudaSuccess) return {};
    return {cudaGetErrorName(code)};
}

void fail_next(const char* function, cudaError_t) {
    gpu::skip(std::string("needs a ") + function + " that fails: the emulation has one");
}

void report(const std::string&, cudaError_t) {
    gpu::skip("needs a device that is lost on demand: see ContextLoss");
}

// Neither the runtime nor the device counts them.
std::map<std::string, std::size_t> take_calls() {
    return {};
}

// The device does not count them; compute-sanitizer's leak check does.
std::size_t live_objects() {
    return 0;
}

}  // namespace qr::emulation
