// What a code of the CUDA runtime means for who asked: every call of this room goes through here.
//
// `out_of_memory`: an allocation failed, smaller ones may succeed. `internal`: we called the
// runtime wrongly, and would again. `unavailable`: the device or its driver; try elsewhere. Some
// errors stick: the device answers nothing else until the process ends, and Error::reason says so.
#pragma once

#include <cuda_runtime_api.h>

#include <string_view>

#include "host/base/error.h"

namespace qr::cuda {

inline constexpr std::string_view kDeviceLost = "device_lost";  // Error::reason of what sticks

Code code_of(cudaError_t status);
bool is_sticky(cudaError_t status);

// `call` names the function of the runtime, or the launcher.
Error error_of(std::string_view call, cudaError_t status);
Result<void> checked(std::string_view call, cudaError_t status);

inline bool is_loss(const Error& error) {
    return error.reason == kDeviceLost;
}

}  // namespace qr::cuda
