// Rows as a table keeps them, out of rows as they arrive.
//
// Threads: an octet (row_lanes.cuh) a row, a warp four rows, a block eight. Two passes over the
// row: the squared norm, then what is stored of each component. Layout: an octet reads a 128-byte
// line a step, and writes four numbers a thread; rows may go anywhere in the table, a line each.
// Bound: the bus that rows arrive by, a hundredth of the memory's rate. Operations in double are
// written so that nothing can be fused or split: a unit row has the bits that encode() gives it.
#include "kernels/ingest.h"

#include <cuda_runtime.h>

#include <cmath>
#include <cstddef>

#include "kernels/cuda/in_turn.h"
#include "kernels/row_lanes.cuh"
#include "kernels/segments.cuh"
#include "kernels/stored.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 64;
constexpr unsigned kBlockRows = kThreads / kOctetThreads;

// The float32 that is not below `value`, which is at least zero.
__device__ float rounded_up(double value) {
    const float nearest = static_cast<float>(value);
    return nearest < value ? __int_as_float(__float_as_int(nearest) + 1) : nearest;
}

// Of numbers that are not negative: their bits are in their order.
__device__ void raise(float* at, float value) {
    atomicMax(reinterpret_cast<int*>(at), __float_as_int(value));
}

// Calls use(index, lane, component) for what the thread has of the row; the lane is one of its own.
template <class Use>
__device__ void over_components(const float* __restrict__ row, unsigned dimension, Use use) {
    for (unsigned i = threadIdx.x % kOctetThreads * kHeldLanes; i < dimension; i += kGroup) {
#pragma unroll
        for (unsigned c = 0; c < kHeldLanes; ++c) {
            if (i + c < dimension) use(i + c, c, __ldg(row + i + c));
        }
    }
}

// Returns the thread's share of the squared residual.
template <class Stored>
__device__ HeldLanes write_unit(const float* row, unsigned dimension, double norm2,
                                Stored* __restrict__ unit) {
    const double scale = __ddiv_rn(1.0, __dsqrt_rn(norm2));
    HeldLanes lost;
    over_components(row, dimension, [&](unsigned i, unsigned lane, float component) {
        const double amplitude = __dmul_rn(component, scale);
        store(unit[i], static_cast<float>(amplitude));
        const double residual = __dsub_rn(amplitude, widen(unit[i]));
        lost.of[lane] = __fma_rn(residual, residual, lost.of[lane]);
    });
    return lost;
}

template <class Truth, class Scan>
__global__ void __launch_bounds__(kThreads) ingest_kernel(IngestTask task) {
    QR_AWAIT_TURN();
    const unsigned own = blockIdx.x * kBlockRows + threadIdx.x / kOctetThreads;
    const bool is_there = own < task.row_count;
    const unsigned index = is_there ? own : task.row_count - 1;  // sums need whole warps
    const unsigned slot = task.slots[index];
    const unsigned dimension = is_there ? task.dimension : 0;
    const float* const row = task.rows + std::size_t{index} * task.dimension;
    Truth* const truth = task.kind == ScanKind::same_rows ? row_at<Truth>(task.scan, slot)
                                                          : row_at<Truth>(task.truth, slot);

    HeldLanes squares;
    over_components(row, dimension, [&](unsigned i, unsigned lane, float component) {
        squares.of[lane] += static_cast<double>(component) * component;
        store(truth[i], component);
    });
    const double norm2 = sum_octet(squares);
    HeldLanes lost;
    if (task.kind == ScanKind::unit_rows)
        lost = write_unit(row, dimension, norm2, row_at<Scan>(task.scan, slot));
    const double residual = __dsqrt_rn(sum_octet(lost));
    if (!is_there || threadIdx.x % kOctetThreads != 0) return;
    const double length = __dsqrt_rn(norm2);
    const bool has_length = length >= kLengthMin && length <= kLengthMax;
    *length_at(task.scan, slot) = has_length ? static_cast<float>(length) : INFINITY;
    raise(&task.extremes->residual, rounded_up(residual));
    if (has_length) raise(&task.extremes->length, rounded_up(length));
}

template <class Truth, class Scan>
cudaError_t launch(const IngestTask& task, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3((task.row_count - 1) / kBlockRows + 1);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return launch_in_turn(config, ingest_kernel<Truth, Scan>, task);
}

}  // namespace

cudaError_t ingest(const IngestTask& task, Storage storage, Storage scan, cudaStream_t stream) {
    if (task.row_count == 0) return cudaSuccess;
    if (task.kind == ScanKind::same_rows && storage != scan) return cudaErrorInvalidValue;
    return visit(storage, [&](auto truth) {
        return visit(scan, [&](auto scanned) {
            return launch<decltype(truth), decltype(scanned)>(task, stream);
        });
    });
}

}  // namespace qr::device
