// Why CUDA devices cannot be used here, and what to do about it: one answer out of what was found.
//
// Pure: probe.h asks the machine, this judges. The runtime gives the same error for "no driver" and
// for "a driver that is too old"; people who read it need to know which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"

namespace qr::cuda {

// The first driver that runs what a CUDA 13 toolkit built (NVIDIA, CUDA Compatibility, table 1: 580
// or later), and as cuDriverGetVersion numbers it.
inline constexpr std::string_view kDriverOldest = "580";
inline constexpr int kDriverApiOldest = 13'000;
// The oldest devices that the module holds code for, major * 10 + minor.
inline constexpr int kCapabilityOldest = 75;

enum class Cause : std::uint8_t {
    none,
    module_missing,   // no such file
    module_broken,    // cannot be opened, or is something else
    module_foreign,   // of another build
    no_driver,        // no kernel driver
    no_library,       // a kernel driver, but not its library: a container that was not given it
    driver_too_old,   //
    driver_mismatch,  // library and kernel driver are of different versions
    not_initialised,  // the fabric manager has not run
    no_permission,    // on the device files
    no_device,        //
    devices_hidden,   // by CUDA_VISIBLE_DEVICES
    device_too_old,   //
    no_memory,        //
    other,            //
};
std::string_view to_string(Cause cause);  // "no_driver"

struct ModuleProbe {
    std::string path;
    bool is_there = false;
    std::string open_error;            // what the loader says; empty: it opened
    std::optional<std::string> build;  // its mark; absent: it has no door
};

struct DeviceFile {
    std::string path;  // "/dev/nvidia0"
    int error = 0;     // errno of opening it
};

struct DeviceProbe {
    std::string name;
    int capability = 0;  // major * 10 + minor; 0: not known
    std::optional<std::uint64_t> free_bytes;
    std::optional<std::uint64_t> total_bytes;
};

// What a machine says when asked. A code is a CUresult; absent: not asked, since an earlier step
// failed.
struct Probe {
    ModuleProbe module;
    std::string kernel_driver;  // "580.65.06"; empty: none is loaded
    bool is_wsl = false;        // Windows' driver stands behind /dev/dxg
    std::vector<DeviceFile> device_files;
    std::string library_error;                   // of libcuda.so.1; empty: it opened
    std::optional<int> driver_api;               // 13000
    std::optional<int> init_code;                // of cuInit
    std::optional<int> count_code;               // of cuDeviceGetCount
    std::vector<DeviceProbe> devices;            // that this process sees
    std::optional<std::string> visible_devices;  // CUDA_VISIBLE_DEVICES
    std::string cublas_error;      // of libcublas.so.13; empty: it opened, or no device
    std::optional<Error> refusal;  // of the module's own make_backend
    bool is_made = false;          // the backend exists: nothing can be wrong
};

struct Finding {
    Cause cause = Cause::none;
    std::string message;                // one sentence: what was found
    std::string remedy = {};            // what to do; empty where nothing need be
    std::vector<std::string> warnings;  // that cost something, but not the backend
};

// `own_build`: build_mark() of whoever asks.
Finding diagnose_module(const ModuleProbe& module, std::string_view own_build);
Finding diagnose(const Probe& probe, std::string_view own_build);

// `unavailable`, or `out_of_memory`; message and remedy in one, the cause as its reason.
Error to_error(const Finding& finding);

}  // namespace qr::cuda
