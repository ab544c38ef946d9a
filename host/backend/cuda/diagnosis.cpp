#include "host/backend/cuda/diagnosis.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace qr::cuda {
namespace {

// CUresult, as far as a start meets them; cuda.h is not needed to build the server.
constexpr int kNoFault = 0;
constexpr int kOutOfMemory = 2;
constexpr int kStubLibrary = 34;
constexpr int kNoDevice = 100;
constexpr int kSystemNotReady = 802;
constexpr int kDriverMismatch = 803;

constexpr std::array<std::string_view, 15> kCauses = {
    "none",       "module_missing", "module_broken",   "module_foreign",  "no_driver",
    "no_library", "driver_too_old", "driver_mismatch", "not_initialised", "no_permission",
    "no_device",  "devices_hidden", "device_too_old",  "no_memory",       "other",
};

using Judged = std::optional<Finding>;

std::string in_gib(std::uint64_t bytes) {
    const std::uint64_t tenths = bytes * 10 >> 30;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

std::string api_version(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

bool is_refused(const DeviceFile& file) {
    return file.error == EACCES || file.error == EPERM;
}

// /dev/nvidia0, not /dev/nvidiactl.
bool is_of_a_device(const DeviceFile& file) {
    return !file.path.empty() && file.path.back() >= '0' && file.path.back() <= '9';
}

std::size_t devices_of_files(const Probe& probe) {
    return static_cast<std::size_t>(std::ranges::count_if(probe.device_files, is_of_a_device));
}

bool has_kernel_driver(const Probe& probe) {
    return !probe.kernel_driver.empty() || probe.is_wsl || !probe.device_files.empty();
}

std::string driver_in_words(const Probe& probe) {
    return probe.kernel_driver.empty() ? "" : " " + probe.kernel_driver;
}

Judged judge_library(const Probe& probe) {
    if (probe.library_error.empty() && probe.init_code != kStubLibrary) return std::nullopt;
    if (probe.init_code == kStubLibrary) {
        return Finding{Cause::no_library,
                       "libcuda.so.1 is the toolkit's stub, not the driver's library",
                       "take the folder 'stubs' off LD_LIBRARY_PATH and the loader's paths"};
    }
    if (!has_kernel_driver(probe)) {
        return Finding{Cause::no_driver,
                       "no NVIDIA driver: libcuda.so.1 cannot be opened (" + probe.library_error +
                           ") and no kernel driver is loaded",
                       "install the NVIDIA driver, " + std::string(kDriverOldest) +
                           " or later; without a GPU take --backend cpu, or auto"};
    }
    return Finding{Cause::no_library,
                   "the NVIDIA kernel driver" + driver_in_words(probe) +
                       " is loaded, but libcuda.so.1 cannot be opened (" + probe.library_error +
                       ")",
                   "in a container, start it with the NVIDIA Container Toolkit (docker run --gpus "
                   "all); else install the driver's library of the same version (libcuda1)"};
}

Judged judge_driver(const Probe& probe) {
    if (probe.driver_api && *probe.driver_api < kDriverApiOldest) {
        return Finding{Cause::driver_too_old,
                       "the NVIDIA driver" + driver_in_words(probe) + " offers CUDA " +
                           api_version(*probe.driver_api) + "; needed is " +
                           api_version(kDriverApiOldest),
                       "install driver " + std::string(kDriverOldest) + " or later"};
    }
    if (probe.init_code == kDriverMismatch) {
        return Finding{Cause::driver_mismatch,
                       "libcuda.so.1 and the loaded kernel driver" + driver_in_words(probe) +
                           " are of different versions",
                       "restart the machine after a driver's update (or reload its kernel "
                       "modules); in a container, restart that"};
    }
    if (probe.init_code == kSystemNotReady) {
        return Finding{Cause::not_initialised,
                       "the system of devices is not initialised (CUDA error 802)",
                       "start the fabric manager of the driver's version: systemctl enable --now "
                       "nvidia-fabricmanager"};
    }
    return std::nullopt;
}

Finding no_memory(const Probe& probe) {
    std::string message = "the devices have too little free memory";
    for (const DeviceProbe& device : probe.devices) {
        if (!device.free_bytes || !device.total_bytes) continue;
        message += "; " + device.name + ": " + in_gib(*device.free_bytes) + " of " +
                   in_gib(*device.total_bytes) + " free";
    }
    if (probe.refusal) message += " (" + probe.refusal->message + ")";
    return {Cause::no_memory, std::move(message),
            "end other processes on the device (nvidia-smi lists them), or leave it one of its own "
            "with CUDA_VISIBLE_DEVICES"};
}

Judged judge_memory(const Probe& probe) {
    const bool is_short = probe.init_code == kOutOfMemory || probe.count_code == kOutOfMemory ||
                          (probe.refusal && probe.refusal->code == Code::out_of_memory);
    return is_short ? Judged(no_memory(probe)) : std::nullopt;
}

Judged judge_files(const Probe& probe) {
    if (probe.init_code == kNoFault && probe.count_code == kNoFault && !probe.devices.empty())
        return std::nullopt;
    const auto refused = std::ranges::find_if(probe.device_files, is_refused);
    if (refused != probe.device_files.end()) {
        return Finding{Cause::no_permission,
                       "may not open " + refused->path + " (" + std::strerror(refused->error) + ")",
                       "add the user to the file's group, or let the service have it (systemd: "
                       "DeviceAllow=char-nvidia* rw, PrivateDevices=no)"};
    }
    if (!has_kernel_driver(probe)) {
        return Finding{Cause::no_driver,
                       "libcuda.so.1 is there, but no NVIDIA kernel driver is loaded",
                       "modprobe nvidia, and see dmesg for why it was not (a new kernel, Secure "
                       "Boot); in a container, start it with --gpus all"};
    }
    return std::nullopt;
}

Judged judge_count(const Probe& probe) {
    const bool has_none = probe.init_code == kNoDevice || probe.count_code == kNoDevice ||
                          (probe.count_code == kNoFault && probe.devices.empty());
    if (!has_none) return std::nullopt;
    const std::size_t files = devices_of_files(probe);
    if (probe.visible_devices && files > 0) {
        return Finding{Cause::devices_hidden,
                       "CUDA_VISIBLE_DEVICES='" + *probe.visible_devices + "' hides every one of " +
                           std::to_string(files) + " devices",
                       "unset CUDA_VISIBLE_DEVICES, or name devices that nvidia-smi -L lists"};
    }
    return Finding{Cause::no_device,
                   "the NVIDIA driver" + driver_in_words(probe) + " finds no device",
                   "see nvidia-smi -L and dmesg; in a container, start it with --gpus all; where "
                   "MIG is on, create an instance"};
}

Judged judge_codes(const Probe& probe) {
    for (const auto& [code, name] :
         {std::pair(probe.init_code, "cuInit"), std::pair(probe.count_code, "cuDeviceGetCount")}) {
        if (!code || code == kNoFault) continue;
        return Finding{
            Cause::other, std::string(name) + " answers with CUDA error " + std::to_string(*code),
            "see nvidia-smi and dmesg; where /dev/nvidia-uvm is missing: nvidia-modprobe "
            "-u -c 0; after a device's fault: restart the machine"};
    }
    return std::nullopt;
}

Judged judge_devices(const Probe& probe) {
    const auto is_old = [](const DeviceProbe& device) {
        return device.capability != 0 && device.capability < kCapabilityOldest;
    };
    if (!probe.devices.empty() && std::ranges::all_of(probe.devices, is_old)) {
        const DeviceProbe& device = probe.devices.front();
        return Finding{Cause::device_too_old,
                       device.name + " has compute capability " +
                           std::to_string(device.capability / 10) + "." +
                           std::to_string(device.capability % 10) + "; the oldest allowed is 7.5",
                       "use a device of the Turing generation or later; --backend cpu serves here"};
    }
    if (!probe.refusal) return std::nullopt;
    return Finding{Cause::other, probe.refusal->message,
                   "see nvidia-smi and dmesg; --backend cpu serves meanwhile"};
}

std::vector<std::string> warnings_of(const Probe& probe) {
    std::vector<std::string> warnings;
    const std::size_t files = devices_of_files(probe);
    if (probe.visible_devices && !probe.devices.empty() && probe.devices.size() < files) {
        warnings.push_back("CUDA_VISIBLE_DEVICES='" + *probe.visible_devices + "' leaves " +
                           std::to_string(probe.devices.size()) + " of " + std::to_string(files) +
                           " devices to this process");
    }
    if (!probe.cublas_error.empty()) {
        warnings.push_back("no cuBLAS (" + probe.cublas_error +
                           "): what would use it is computed by the module's own kernels; to have "
                           "it, install libcublas-13-0");
    }
    return warnings;
}

Judged judge_machine(const Probe& probe) {
    for (const auto judge : {judge_library, judge_driver, judge_memory, judge_files, judge_count,
                             judge_codes, judge_devices}) {
        if (Judged found = judge(probe)) return found;
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(Cause cause) {
    return kCauses.at(static_cast<std::size_t>(cause));
}

Finding diagnose_module(const ModuleProbe& module, std::string_view own_build) {
    const std::string name = "'" + module.path + "'";
    if (!module.is_there) {
        return {Cause::module_missing, "there is no CUDA module at " + name,
                "install the package quantumrerank-cuda, or name the file with cuda_module"};
    }
    const std::string own(own_build);
    const std::string again = "install the package quantumrerank-cuda of the server's version";
    if (!module.open_error.empty())
        return {Cause::module_broken, name + " cannot be opened: " + module.open_error, again};
    if (!module.build)
        return {Cause::module_broken, name + " is no CUDA module of quantumrerank", again};
    if (*module.build != own) {
        return {Cause::module_foreign,
                name + " is of the build '" + *module.build + "', this program of '" + own + "'",
                again};
    }
    return {Cause::none, "the module " + name + " is of this build"};
}

Finding diagnose(const Probe& probe, std::string_view own_build) {
    if (probe.is_made) {
        return {Cause::none, "devices are in use", "", warnings_of(probe)};
    }
    Finding module = diagnose_module(probe.module, own_build);
    Judged machine = judge_machine(probe);
    if (module.cause != Cause::none) {
        if (machine) module.warnings = {"beside that, " + machine->message};
        return module;
    }
    if (machine) return std::move(*machine);
    return {Cause::none, "devices can be used", "", warnings_of(probe)};
}

Error to_error(const Finding& finding) {
    const bool is_about_memory = finding.cause == Cause::no_memory;
    return {.code = is_about_memory ? Code::out_of_memory : Code::unavailable,
            .message = "backend 'cuda': " + finding.message +
                       (finding.remedy.empty() ? "" : ". Remedy: " + finding.remedy),
            .pointer = "backend",
            .found = {},
            .allowed = {},
            .reason = std::string(to_string(finding.cause))};
}

}  // namespace qr::cuda
