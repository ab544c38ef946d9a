// A kernel that ends its context, for tests of what comes after.
#pragma once

#include <cuda_runtime_api.h>

namespace qr::gpu {

// Every later call on the device answers with an error until the process ends.
cudaError_t fault(cudaStream_t stream);

}  // namespace qr::gpu
