// Rows to unit vectors in the storage's format, with the norm that was and the error that is left.
//
// Threads: an octet (row_lanes.cuh) a row, a warp four rows, a block 16. Two passes over the row:
// the squared norm, then the amplitudes and their residual.
// Layout: 16-byte loads and stores of four numbers where rows are aligned, else one by one; a step
// of an octet is one 128-byte line. The second pass finds the row in the L1 or L2 cache: all rows
// in flight together are some ten MB, and no row length needs registers of its own. Bound:
// bandwidth, 4 bytes read and 2 or 4 written a component; on devices with 1/64 of their rate in
// double precision that rate, five operations a component. Operations in double are written so that
// nothing can be fused or split: same bits everywhere.
#include "kernels/encode.h"

#include <cuda_runtime.h>

#include <cmath>
#include <cstddef>

#include "kernels/row_lanes.cuh"
#include "kernels/stored.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 128;
constexpr unsigned kBlockRows = kThreads / kOctetThreads;

template <class Stored>
struct alignas(kHeldLanes * sizeof(Stored)) Four {
    Stored of[kHeldLanes];
};

// The float32 that is not below `value`, which is at least zero.
__device__ float rounded_up(double value) {
    const float nearest = static_cast<float>(value);
    return nearest < value ? __int_as_float(__float_as_int(nearest) + 1) : nearest;
}

__device__ double squared_norm(const float* row, unsigned dimension, unsigned wide) {
    HeldLanes sums;
    over_groups(
        dimension, wide,
        [&](const HeldLanes& components) { add_products(sums, components, components); }, row);
    return sum_octet(sums);
}

// Four amplitudes in the storage's format; adds the squares of what that loses.
template <class Stored>
__device__ Four<Stored> encode_four(const HeldLanes& components, double scale, HeldLanes& lost) {
    Four<Stored> four;
    for (unsigned c = 0; c < kHeldLanes; ++c) {
        const double amplitude = __dmul_rn(components.of[c], scale);
        store(four.of[c], static_cast<float>(amplitude));
        const double residual = __dsub_rn(amplitude, widen(four.of[c]));
        lost.of[c] = __fma_rn(residual, residual, lost.of[c]);
    }
    return four;
}

// Returns the thread's share of the squared residual.
template <class Stored>
__device__ HeldLanes encode_row(const float* __restrict__ row, Stored* __restrict__ encoded,
                                unsigned dimension, unsigned wide, double scale) {
    const unsigned offset = threadIdx.x % kOctetThreads * kHeldLanes;
    HeldLanes lost;
    unsigned i = 0;
#pragma unroll 4
    for (; i < wide; i += kGroup) {
        const Four<Stored> four = encode_four<Stored>(load_wide(row + i + offset), scale, lost);
        *reinterpret_cast<Four<Stored>*>(encoded + i + offset) = four;
    }
    for (; i < dimension; i += kGroup) {
        const unsigned first = i + offset;
        const Four<Stored> four =
            encode_four<Stored>(load_guarded(row, first, dimension), scale, lost);
        for (unsigned c = 0; c < kHeldLanes; ++c) {
            if (first + c < dimension) encoded[first + c] = four.of[c];
        }
    }
    return lost;
}

template <class Stored>
__global__ void __launch_bounds__(kThreads) encode_kernel(EncodeTask task) {
    const unsigned own = blockIdx.x * kBlockRows + threadIdx.x / kOctetThreads;
    const bool is_there = own < task.row_count;
    const std::size_t index = is_there ? own : task.row_count - 1;  // sums need whole warps
    const float* const row = task.rows + index * task.dimension;
    Stored* const encoded = static_cast<Stored*>(task.encoded);
    const unsigned wide = is_wide(task.encoded, task.dimension, sizeof(Stored))
                              ? wide_end(task.rows, task.dimension)
                              : 0;

    const double norm2 = squared_norm(row, task.dimension, wide);
    const bool is_good = is_good_norm2(norm2);
    HeldLanes lost;
    if (is_there && is_good) {
        lost = encode_row(row, encoded + index * task.dimension, task.dimension, wide,
                          __ddiv_rn(1.0, __dsqrt_rn(norm2)));
    }
    const double residual = __dsqrt_rn(sum_octet(lost));
    if (!is_there || threadIdx.x % kOctetThreads != 0) return;
    task.norms2[index] = norm2;
    task.residuals[index] = rounded_up(residual);
    if (!is_good) atomicMin(task.first_bad_row, own);
}

template <class Stored>
cudaError_t launch(const EncodeTask& task, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3((task.row_count - 1) / kBlockRows + 1);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, encode_kernel<Stored>, task);
}

}  // namespace

cudaError_t encode(const EncodeTask& task, Storage storage, cudaStream_t stream) {
    if (task.row_count == 0) return cudaSuccess;
    return visit(storage, [&](auto stored) { return launch<decltype(stored)>(task, stream); });
}

}  // namespace qr::device
