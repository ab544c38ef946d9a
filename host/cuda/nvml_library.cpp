#include "host/cuda/nvml_library.h"

#include <dlfcn.h>

#include <utility>

namespace qr::cuda {
namespace {

template <class Function>
void find(void* file, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(::dlsym(file, name));
}

nvml::Api find_all(void* file) {
    nvml::Api api;
    find(file, "nvmlInit_v2", api.init);
    find(file, "nvmlShutdown", api.shutdown);
    find(file, "nvmlErrorString", api.error_string);
    find(file, "nvmlDeviceGetHandleByUUID", api.handle_by_uuid);
    find(file, "nvmlDeviceGetHandleByPciBusId_v2", api.handle_by_pci_bus_id);
    find(file, "nvmlDeviceGetUUID", api.uuid);
    find(file, "nvmlDeviceGetName", api.name);
    find(file, "nvmlDeviceGetTemperatureV", api.temperature);
    find(file, "nvmlDeviceGetTemperature", api.temperature_before);
    find(file, "nvmlDeviceGetMemoryInfo_v2", api.memory);
    find(file, "nvmlDeviceGetMemoryInfo", api.memory_before);
    find(file, "nvmlDeviceGetUtilizationRates", api.utilization);
    find(file, "nvmlDeviceGetPowerUsage", api.power);
    find(file, "nvmlDeviceGetTotalEccErrors", api.ecc_errors);
    find(file, "nvmlDeviceGetCurrentClocksEventReasons", api.clocks_reasons);
    find(file, "nvmlDeviceGetCurrentClocksThrottleReasons", api.clocks_reasons_before);
    find(file, "nvmlEventSetCreate", api.event_set_create);
    find(file, "nvmlEventSetFree", api.event_set_free);
    find(file, "nvmlEventSetWait_v2", api.event_set_wait);
    find(file, "nvmlDeviceRegisterEvents", api.register_events);
    find(file, "nvmlDeviceIsMigDeviceHandle", api.is_mig_device);
    find(file, "nvmlDeviceGetDeviceHandleFromMigDeviceHandle", api.parent_of_mig_device);
    find(file, "nvmlDeviceGetGpuInstanceId", api.gpu_instance);
    find(file, "nvmlDeviceGetComputeInstanceId", api.compute_instance);
    find(file, "nvmlDeviceGetMigMode", api.mig_mode);
    return api;
}

std::string describe(const nvml::Api& api, nvml::Status status) {
    const char* const words = api.error_string == nullptr ? nullptr : api.error_string(status);
    return (words == nullptr ? "NVML error" : std::string(words)) + " (" +
           std::to_string(static_cast<int>(status)) + ")";
}

Error unavailable(std::string message) {
    return {.code = Code::unavailable, .message = std::move(message)};
}

}  // namespace

Result<std::shared_ptr<const NvmlLibrary>> NvmlLibrary::open(const std::string& file) {
    void* const opened = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (opened == nullptr) {
        const char* const why = ::dlerror();
        return unavailable("NVML cannot be opened: " + (why == nullptr ? file : std::string(why)));
    }
    const nvml::Api api = find_all(opened);
    if (api.init == nullptr) return unavailable(file + " is no NVML: it has no nvmlInit_v2");
    const nvml::Status started = api.init();
    if (started != nvml::Status::success)
        return unavailable("NVML does not start: " + cuda::describe(api, started));
    return std::shared_ptr<const NvmlLibrary>(new NvmlLibrary(api));
}

NvmlLibrary::~NvmlLibrary() {
    static_cast<void>(nvml::call(api_.shutdown));
}

std::string NvmlLibrary::describe(nvml::Status status) const {
    return cuda::describe(api_, status);
}

}  // namespace qr::cuda
