// A libcuda.so.1 that answers as STAND_IN_DRIVER_... say: what a driver does at the start of a
// program, and nothing after it.
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int kMajor = 75;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR

int variable(const char* name, int otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

extern "C" {

int cuDriverGetVersion(int* version) {
    *version = variable("STAND_IN_DRIVER_API", 13'000);
    return 0;
}

int cuInit(unsigned) {
    return variable("STAND_IN_DRIVER_INIT", 0);
}

int cuDeviceGetCount(int* count) {
    *count = variable("STAND_IN_DRIVER_DEVICES", 1);
    return variable("STAND_IN_DRIVER_COUNT", 0);
}

int cuDeviceGet(int* device, int index) {
    *device = index;
    return 0;
}

int cuDeviceGetName(char* name, int size, int) {
    std::strncpy(name, "Stand-in device", static_cast<std::size_t>(size));
    return 0;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
    const int capability = variable("STAND_IN_DRIVER_CAPABILITY", 90);
    *value = attribute == kMajor ? capability / 10 : capability % 10;
    return 0;
}

int cuDevicePrimaryCtxRetain(void** context, int) {
    static int any = 0;
    *context = &any;
    return variable("STAND_IN_DRIVER_CONTEXT", 0);
}

int cuDevicePrimaryCtxRelease_v2(int) {
    return 0;
}

int cuCtxPushCurrent_v2(void*) {
    return 0;
}

int cuCtxPopCurrent_v2(void** context) {
    *context = nullptr;
    return 0;
}

int cuMemGetInfo_v2(std::size_t* free_bytes, std::size_t* total_bytes) {
    *free_bytes = std::size_t{3} << 30;
    *total_bytes = std::size_t{80} << 30;
    return 0;
}

}  // extern "C"
