// The kernel's built-in variables, writable: kernels see them as const, which no source that
// includes the stand-in header could change.
#include "vector_types.h"

extern constinit thread_local uint3 threadIdx, blockIdx;
extern constinit thread_local dim3 blockDim, gridDim;
constinit thread_local uint3 threadIdx{};
constinit thread_local uint3 blockIdx{};
constinit thread_local dim3 blockDim{};
constinit thread_local dim3 gridDim{};

namespace qr::emulation {

void set_thread_index(uint3 index) {
    threadIdx = index;
}

void set_block_index(uint3 index, dim3 block, dim3 grid) {
    blockIdx = index;
    blockDim = block;
    gridDim = grid;
}

}  // namespace qr::emulation
