#include "host/backend/cuda/probe.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace qr::cuda {
namespace {

namespace fs = std::filesystem;

// cuda.h, as far as it is called here.
using CudaCode = int;
using Device = int;
using Context = struct OpaqueContext*;
constexpr CudaCode kSuccess = 0;
constexpr int kCapabilityMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR
constexpr int kCapabilityMinor = 76;
constexpr std::size_t kNameMax = 256;

// The driver's library, which stays open: it starts threads that outlive its handle.
class Driver {
  public:
    explicit Driver(const std::string& name) : library_(dlopen(name.c_str(), RTLD_NOW)) {
        if (library_ == nullptr) error_ = dlerror();
    }

    const std::string& error() const { return error_; }

    // Its answer; absent: it has no such function.
    template <typename... Arguments>
    std::optional<CudaCode> call(const char* name, Arguments... arguments) const {
        void* const symbol = library_ == nullptr ? nullptr : dlsym(library_, name);
        if (symbol == nullptr) return std::nullopt;
        return reinterpret_cast<CudaCode (*)(Arguments...)>(symbol)(arguments...);
    }

  private:
    void* library_;
    std::string error_;
};

// "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build ..."
std::string kernel_driver(const std::string& proc) {
    std::ifstream file(proc + "/driver/nvidia/version");
    std::string word;
    constexpr int kWordsMax = 32;
    for (int i = 0; i < kWordsMax && file >> word; ++i) {
        const bool is_version = word.find('.') != std::string::npos &&
                                word.find_first_not_of("0123456789.") == std::string::npos;
        if (is_version) return word;
    }
    return "";
}

int error_of_opening(const std::string& path) {
    const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0) return errno;
    close(file);
    return 0;
}

bool is_device_file(std::string_view name) {
    constexpr std::string_view kPrefix = "nvidia";
    if (!name.starts_with(kPrefix)) return false;
    name.remove_prefix(kPrefix.size());
    return name == "ctl" || name == "-uvm" ||
           (!name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos);
}

// Access rights alone do not tell: a container's or a service's rules refuse the opening itself.
std::vector<DeviceFile> device_files(const std::string& dev) {
    std::vector<DeviceFile> files;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(dev, ignored)) {
        const std::string path = entry.path().string();
        if (!is_device_file(entry.path().filename().string())) continue;
        files.push_back({.path = path, .error = error_of_opening(path)});
        if (files.size() == kDevicesMax) break;
    }
    std::ranges::sort(files, {}, &DeviceFile::path);
    return files;
}

int capability_of(const Driver& driver, Device device) {
    int major = 0;
    int minor = 0;
    if (driver.call("cuDeviceGetAttribute", &major, kCapabilityMajor, device) != kSuccess ||
        driver.call("cuDeviceGetAttribute", &minor, kCapabilityMinor, device) != kSuccess)
        return 0;
    return major * 10 + minor;
}

// Needs a context, which itself may find no memory: then there are no figures.
void ask_memory(const Driver& driver, Device device, DeviceProbe& probe) {
    Context context = nullptr;
    if (driver.call("cuDevicePrimaryCtxRetain", &context, device) != kSuccess) return;
    std::size_t free_bytes = 0;
    std::size_t total_bytes = 0;
    if (driver.call("cuCtxPushCurrent_v2", context) == kSuccess) {
        if (driver.call("cuMemGetInfo_v2", &free_bytes, &total_bytes) == kSuccess) {
            probe.free_bytes = free_bytes;
            probe.total_bytes = total_bytes;
        }
        Context popped = nullptr;
        driver.call("cuCtxPopCurrent_v2", &popped);
    }
    driver.call("cuDevicePrimaryCtxRelease_v2", device);
}

DeviceProbe device_at(const Driver& driver, int index) {
    DeviceProbe probe;
    Device device = 0;
    if (driver.call("cuDeviceGet", &device, index) != kSuccess) return probe;
    std::array<char, kNameMax> name{};
    if (driver.call("cuDeviceGetName", name.data(), static_cast<int>(name.size()), device) ==
        kSuccess)
        probe.name = std::string(name.data());
    probe.capability = capability_of(driver, device);
    ask_memory(driver, device, probe);
    return probe;
}

void ask_driver(const std::string& library, Probe& probe) {
    const Driver driver(library);
    probe.library_error = driver.error();
    int version = 0;
    if (driver.call("cuDriverGetVersion", &version) == kSuccess) probe.driver_api = version;
    probe.init_code = driver.call("cuInit", 0U);
    if (probe.init_code != kSuccess) return;
    int count = 0;
    probe.count_code = driver.call("cuDeviceGetCount", &count);
    if (probe.count_code != kSuccess) return;
    for (int i = 0; i < std::min(count, static_cast<int>(kDevicesMax)); ++i)
        probe.devices.push_back(device_at(driver, i));
}

}  // namespace

OpenedModule open_and_probe(const std::string& path) {
    OpenedModule opened{.probe = {.path = path}};
    opened.probe.is_there = access(path.c_str(), F_OK) == 0;
    if (!opened.probe.is_there) return opened;
    // The loader itself opens a file once and counts.
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        opened.probe.open_error = dlerror();
        return opened;
    }
    void* const door = dlsym(library, kModuleSymbol);
    if (door == nullptr) return opened;
    opened.module = reinterpret_cast<ModuleFunction>(door)();
    opened.probe.build = opened.module->build;
    return opened;
}

Probe probe_machine(const std::string& module_path, const ProbePlaces& places) {
    Probe probe{.module = open_and_probe(module_path).probe};
    probe.kernel_driver = kernel_driver(places.proc);
    probe.is_wsl = access((places.dev + "/dxg").c_str(), F_OK) == 0;
    probe.device_files = device_files(places.dev);
    if (const char* const visible = std::getenv("CUDA_VISIBLE_DEVICES"))
        probe.visible_devices = visible;
    ask_driver(places.driver_library, probe);
    // Some 600 MB, which only a device has a use for.
    if (!probe.devices.empty() && dlopen(places.cublas_library.c_str(), RTLD_LAZY) == nullptr)
        probe.cublas_error = dlerror();
    return probe;
}

}  // namespace qr::cuda
