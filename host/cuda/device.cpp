#include "host/cuda/device.h"

#include <array>
#include <cstddef>
#include <cstdio>

#include "host/cuda/status.h"

namespace qr::cuda {
namespace {

std::string version_text(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

// The runtime has one code for both: no driver, and one that is too old.
Error driver_error(cudaError_t status) {
    int found = 0;
    const bool is_there = cudaDriverGetVersion(&found) == cudaSuccess && found > 0;
    Error error = error_of("cudaGetDeviceCount", status);
    error.reason = is_there ? "old_driver" : "no_driver";
    error.found = is_there ? version_text(found) : "none";
    error.allowed = version_text(CUDART_VERSION) + " or newer";
    error.message = is_there ? "the driver offers CUDA " + error.found + ", needed is " +
                                   error.allowed + ": " + error.message
                             : "no CUDA driver: " + error.message;
    return error;
}

Error no_device(const std::string& message) {
    return {.code = Code::unavailable, .message = message, .reason = "no_device"};
}

std::string pci_text(const cudaDeviceProp& properties) {
    std::array<char, 32> text{};
    std::snprintf(
        text.data(), text.size(), "%04x:%02x:%02x.0", static_cast<unsigned>(properties.pciDomainID),
        static_cast<unsigned>(properties.pciBusID), static_cast<unsigned>(properties.pciDeviceID));
    return text.data();
}

Result<DeviceInfo> describe(int index) {
    cudaDeviceProp properties{};
    const cudaError_t status = cudaGetDeviceProperties(&properties, index);
    if (status != cudaSuccess) return error_of("cudaGetDeviceProperties", status);
    const std::string major = std::to_string(properties.major);
    const std::string minor = std::to_string(properties.minor);
    return DeviceInfo{.index = index,
                      .name = properties.name,
                      .uuid = uuid_text(properties.uuid),
                      .compute_capability = major + "." + minor,
                      .instruction_set = "sm_" + major + minor,
                      .pci_bus_id = pci_text(properties),
                      .memory_bytes = properties.totalGlobalMem};
}

}  // namespace

std::string uuid_text(const cudaUUID_t& uuid) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string text = "GPU";
    for (std::size_t i = 0; i < sizeof(uuid.bytes); ++i) {
        if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        const auto byte = static_cast<unsigned char>(uuid.bytes[i]);
        text += kDigits[byte / 16];
        text += kDigits[byte % 16];
    }
    return text;
}

Result<std::vector<DeviceInfo>> visible_devices() {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status == cudaErrorInsufficientDriver) return driver_error(status);
    if (status == cudaErrorNoDevice)
        return no_device(error_of("cudaGetDeviceCount", status).message);
    if (status != cudaSuccess) return error_of("cudaGetDeviceCount", status);
    if (count == 0) return no_device("the driver shows no device");
    std::vector<DeviceInfo> devices;
    for (int index = 0; index < count; ++index) {
        Result<DeviceInfo> device = describe(index);
        if (!device.ok()) return device.error();
        devices.push_back(std::move(*device));
    }
    return devices;
}

Result<void> use_device(int index) {
    return checked("cudaSetDevice", cudaSetDevice(index));
}

}  // namespace qr::cuda
