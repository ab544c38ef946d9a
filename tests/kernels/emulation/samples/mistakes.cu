// One mistake a kernel; see mistakes.h.
#include "tests/kernels/emulation/samples/mistakes.h"

#include "kernels/cuda/dynamic_shared.h"

namespace qr::samples {
namespace {

constexpr unsigned kThreads = 64;

template <class Kernel>
cudaError_t launch(Kernel kernel, dim3 grid, dim3 block, std::size_t shared_bytes,
                   const float* input, float* output, int n, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.dynamicSmemBytes = shared_bytes;
    config.stream = stream;
    return cudaLaunchKernelEx(&config, kernel, input, output, n);
}

// Reverses two tiles one after the other; the second overwrites the first too early.
__global__ void barrier_missing_after_reading_kernel(const float* input, float* output, int n) {
    __shared__ float tile[kThreads];
    const unsigned thread = threadIdx.x;
    for (unsigned start = 0; start < static_cast<unsigned>(n); start += kThreads) {
        tile[thread] = input[start + thread];  // mistake: tile written
        __syncthreads();
        output[start + thread] = tile[kThreads - 1 - thread];  // mistake: tile read
    }
}

__global__ void barrier_missing_after_one_producer_kernel(const float* input, float* output,
                                                          int n) {
    __shared__ float first;
    if (threadIdx.x == 0) first = input[0];  // mistake: first written
    if (threadIdx.x < static_cast<unsigned>(n)) output[threadIdx.x] = first;  // mistake: first read
}

__global__ void warp_barrier_missing_kernel(const float* input, float* output, int n) {
    __shared__ float tile[kThreads];
    const unsigned thread = threadIdx.x;
    if (thread >= static_cast<unsigned>(n)) return;
    tile[thread] = input[thread];        // mistake: lane written
    output[thread] = tile[thread ^ 31];  // mistake: lane read
}

__global__ void counter_not_atomic_kernel(const float* input, float* output, int n) {
    if (threadIdx.x < static_cast<unsigned>(n) && input[threadIdx.x] >= 0)
        output[0] += 1;  // mistake: counter
}

__global__ void blocks_share_a_cell_kernel(const float* input, float* output, int) {
    if (threadIdx.x == 0) output[0] = input[blockIdx.x];  // mistake: cell of two blocks
}

__global__ void barrier_skipped_by_a_return_kernel(const float* input, float* output, int n) {
    if (threadIdx.x == 40) return;
    __syncthreads();  // mistake: barrier after a return
    if (threadIdx.x < static_cast<unsigned>(n)) output[threadIdx.x] = input[threadIdx.x];
}

__global__ void two_barriers_meet_kernel(const float*, float* output, int) {
    if (threadIdx.x < 40) {
        __syncthreads();  // mistake: first barrier
        output[0] = 1;
    } else {
        __syncthreads();  // mistake: second barrier
    }
}

__global__ void barrier_against_shuffle_kernel(const float* input, float* output, int) {
    float value = input[threadIdx.x];
    if (threadIdx.x % 32 < 16)
        __syncthreads();  // mistake: half waits in a barrier
    else
        value = __shfl_xor_sync(0xFFFFFFFFU, value, 1);  // mistake: half waits in a shuffle
    output[threadIdx.x] = value;
}

__global__ void shuffle_in_a_branch_kernel(const float* input, float* output, int) {
    float value = input[threadIdx.x];
    if (threadIdx.x % 2 == 0) value += __shfl_xor_sync(0xFFFFFFFFU, value, 2);  // mistake: branch
    value += __shfl_xor_sync(0xFFFFFFFFU, value, 1);  // mistake: after the branch
    output[threadIdx.x] = value;
}

__global__ void mask_without_the_caller_kernel(const float* input, float* output, int) {
    output[threadIdx.x] = __shfl_sync(0x0000FFFFU, input[threadIdx.x], 0);  // mistake: mask
}

__global__ void two_warp_operations_meet_kernel(const float* input, float* output, int) {
    float value = input[threadIdx.x];
    if (threadIdx.x % 32 == 0)
        value = __shfl_sync(0xFFFFFFFFU, value, 1);  // mistake: first operation
    else
        value = __shfl_sync(0xFFFFFFFFU, value, 1);  // mistake: second operation
    output[threadIdx.x] = value;
}

__global__ void masks_that_differ_kernel(const float* input, float* output, int) {
    const unsigned mask = threadIdx.x % 32 < 16 ? 0xFFFFFFFFU : 0xFFFF0000U;
    output[threadIdx.x] = __shfl_sync(mask, input[threadIdx.x], 20);  // mistake: masks
}

__global__ void spins_for_ever_kernel(const float*, float* output, int) {
    auto* const flag = reinterpret_cast<unsigned*>(output);
    while (atomicCAS(flag, 1U, 1U) != 1U) {
    }
}

__global__ void traps_kernel(const float* input, float*, int) {
    if (input[0] >= 0) __trap();  // mistake: trap
}

__global__ void guard_missing_kernel(const float* input, float* output, int) {
    const unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    output[i] = input[i];  // mistake: no guard
}

__global__ void dynamic_shared_too_small_kernel(const float* input, float* output, int) {
    QR_DYNAMIC_SHARED(float, tile);
    tile[threadIdx.x] = input[threadIdx.x];  // mistake: past the dynamic shared memory
    __syncthreads();
    output[threadIdx.x] = tile[threadIdx.x];
}

__global__ void static_shared_overrun_kernel(const float* input, float* output, int n) {
    __shared__ float tile[kThreads];
    tile[threadIdx.x] = input[threadIdx.x];
    __syncthreads();
    const unsigned next = threadIdx.x + static_cast<unsigned>(n) / kThreads;
    output[threadIdx.x] = tile[next];  // mistake: past the static shared memory
}

__global__ void shared_never_written_kernel(const float* input, float* output, int n) {
    QR_DYNAMIC_SHARED(float, tile);
    if (threadIdx.x < static_cast<unsigned>(n) / 2) tile[threadIdx.x] = input[threadIdx.x];
    __syncthreads();
    output[threadIdx.x] = tile[threadIdx.x];  // mistake: never written
}

__global__ void vector_load_misaligned_kernel(const float* input, float* output, int) {
    const auto* const four = reinterpret_cast<const float4*>(input + 1);
    output[threadIdx.x] = four[threadIdx.x % 8].x;  // mistake: misaligned
}

__global__ void large_frame_kernel(const float* input, float* output, int n) {  // mistake: frame
    float local[100'000];
    for (int i = 0; i < 100'000; ++i)
        local[i] = input[i % n];
    output[threadIdx.x] = local[static_cast<int>(input[0]) * 99 + 5];
}

}  // namespace

#define QR_LAUNCHER(name, blocks, threads, shared_bytes)                                          \
    cudaError_t name(const float* input, float* output, int n, cudaStream_t stream) {             \
        return launch(name##_kernel, dim3(blocks), dim3(threads), shared_bytes, input, output, n, \
                      stream);                                                                    \
    }
QR_LAUNCHER(barrier_missing_after_reading, 1, kThreads, 0)
QR_LAUNCHER(barrier_missing_after_one_producer, 1, kThreads, 0)
QR_LAUNCHER(warp_barrier_missing, 1, kThreads, 0)
QR_LAUNCHER(counter_not_atomic, 1, kThreads, 0)
QR_LAUNCHER(blocks_share_a_cell, 2, 32, 0)
QR_LAUNCHER(barrier_skipped_by_a_return, 1, kThreads, 0)
QR_LAUNCHER(two_barriers_meet, 1, kThreads, 0)
QR_LAUNCHER(barrier_against_shuffle, 1, kThreads, 0)
QR_LAUNCHER(shuffle_in_a_branch, 1, kThreads, 0)
QR_LAUNCHER(mask_without_the_caller, 1, kThreads, 0)
QR_LAUNCHER(two_warp_operations_meet, 1, kThreads, 0)
QR_LAUNCHER(masks_that_differ, 1, kThreads, 0)
QR_LAUNCHER(spins_for_ever, 1, 1, 0)
QR_LAUNCHER(traps, 1, 1, 0)
QR_LAUNCHER(guard_missing, 3, kThreads, 0)
QR_LAUNCHER(dynamic_shared_too_small, 1, kThreads, (kThreads - 1) * sizeof(float))
QR_LAUNCHER(static_shared_overrun, 1, kThreads, 0)
QR_LAUNCHER(shared_never_written, 1, kThreads, kThreads * sizeof(float))
QR_LAUNCHER(vector_load_misaligned, 1, kThreads, 0)
QR_LAUNCHER(large_frame, 1, 1, 0)
#undef QR_LAUNCHER

}  // namespace qr::samples
