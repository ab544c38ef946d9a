// Launching a kernel before the one in front of it on the stream has ended.
#pragma once

#include <cuda_runtime.h>

#include <utility>

#include "kernels/math/hd.h"

namespace qr::device {

// As cudaLaunchKernelEx. From compute capability 9.0 on the kernel's blocks are started where the
// kernel in front leaves room, and wait at QR_AWAIT_TURN(), with which the kernel must begin: that
// hides the launch, which is most of what a small kernel takes. What is no kernel (a copy, an
// event) is waited for as ever.
template <class... Parameters, class... Arguments>
cudaError_t launch_in_turn(cudaLaunchConfig_t config, void (*kernel)(Parameters...),
                           Arguments&&... arguments) {
    int device = 0, major = 0;
    cudaError_t error = cudaGetDevice(&device);
    if (error != cudaSuccess) return error;
    error = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
    if (error != cudaSuccess) return error;
    cudaLaunchAttribute early{};
    early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    early.val.programmaticStreamSerializationAllowed = 1;
    config.attrs = &early;
    config.numAttrs = major >= 9 ? 1 : 0;
    return cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...);
}

}  // namespace qr::device
