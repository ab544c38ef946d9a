#include "tests/gpu/device.h"

#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

namespace qr::gpu {
namespace {

Devices find_devices() {
    Devices found;
    const cudaError_t code = cudaGetDeviceCount(&found.count);
    if (code != cudaSuccess) found.count = 0;  // the call may leave anything there
    if (found.count == 0)
        found.reason = std::string("needs a CUDA device: ") +
                       (code == cudaSuccess ? "none is visible" : cudaGetErrorString(code));
    return found;
}

}  // namespace

const Devices& devices() {
    static const Devices devices = find_devices();
    return devices;
}

void mark_as_skipped(const std::string& reason) {
    GTEST_SKIP() << reason;
}

void skip(const std::string& reason) {
    mark_as_skipped(reason);
    // What gtest itself throws to end a test whose part is recorded already.
    throw testing::AssertionException(testing::TestPartResult(testing::TestPartResult::kSkip,
                                                              __FILE__, __LINE__, reason.c_str()));
}

}  // namespace qr::gpu
