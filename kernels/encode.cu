// Rows to unit vectors in the storage's format, with the norm that was and the error that is left.
//
// Threads: an octet (row_lanes.cuh) a row, a warp four rows, a block eight. Two passes over the
// row: the squared norm, then the amplitudes and their residual. Layout: 16-byte loads and stores
// of four numbers where rows are aligned, else one by one; a step of an octet is one 128-byte line.
// Aligned rows of up to kHeldDimensionMax components stay in registers between the passes, all
// their loads on their way at once; longer and unaligned ones are read twice, and what lies in
// flight of them may exceed the L2 cache. Bound: bandwidth, 4 bytes read and 2 or 4 written a
// component, closely followed by the four conversions from and to double precision a component; on
// devices with 1/64 of their rate in double precision that rate, five operations a component.
// Operations in double are written so that nothing can be fused or split: same bits everywhere.
#include "kernels/encode.h"

#include <cuda_runtime.h>

#include <cmath>
#include <cstddef>

#include "kernels/cuda/in_turn.h"
#include "kernels/row_lanes.cuh"
#include "kernels/stored.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 64;
constexpr unsigned kBlockRows = kThreads / kOctetThreads;
constexpr unsigned kHeldDimensionMax = 1536;  // 192 registers a thread

template <class Stored>
struct alignas(kHeldLanes * sizeof(Stored)) Four {
    Stored of[kHeldLanes];
};

// The float32 that is not below `value`, which is at least zero.
__device__ float rounded_up(double value) {
    const float nearest = static_cast<float>(value);
    return nearest < value ? __int_as_float(__float_as_int(nearest) + 1) : nearest;
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

// The thread's components of a row, group after group, together with the first one's index: out of
// registers, for aligned rows of up to kGroups groups.
template <unsigned kGroups>
class HeldRow {
  public:
    __device__ HeldRow(const float* __restrict__ row, unsigned dimension, unsigned)
        : dimension_(dimension) {
#pragma unroll
        for (unsigned g = 0; g < kGroups; ++g) {
            fours_[g] = {0, 0, 0, 0};
            if (first_of(g) < dimension)
                fours_[g] = __ldcs(reinterpret_cast<const float4*>(row + first_of(g)));
        }
    }
    template <class Use>
    __device__ void over_groups(Use use) const {
#pragma unroll
        for (unsigned g = 0; g < kGroups; ++g) {
            // Or the compiler converts many groups ahead, for which there are no registers.
            if (kGroups > 12 && g % 8 == 0) __syncwarp();
            if (g * kGroup < dimension_)
                use(first_of(g), HeldLanes{{fours_[g].x, fours_[g].y, fours_[g].z, fours_[g].w}});
        }
    }

  private:
    static __device__ unsigned first_of(unsigned group) {
        return group * kGroup + threadIdx.x % kOctetThreads * kHeldLanes;
    }

    const unsigned dimension_;
    float4 fours_[kGroups];
};

// The same of any row, read anew each time. `wide` as wide_end() gives it.
class ReadRow {
  public:
    __device__ ReadRow(const float* row, unsigned dimension, unsigned wide)
        : row_(row), dimension_(dimension), wide_(wide) {}
    template <class Use>
    __device__ void over_groups(Use use) const {
        unsigned i = threadIdx.x % kOctetThreads * kHeldLanes;
#pragma unroll 4
        for (; i < wide_; i += kGroup)
            use(i, load_wide(row_ + i));
        for (; i < padded(dimension_); i += kGroup)
            use(i, load_guarded(row_, i, dimension_));
    }

  private:
    const float* const row_;
    const unsigned dimension_, wide_;
};

// Writes the first `end` amplitudes of the row; returns the thread's share of the squared residual.
template <class Stored, class Row>
__device__ HeldLanes encode_row(const Row& row, Stored* __restrict__ encoded, unsigned end,
                                bool is_wide, double scale) {
    HeldLanes lost;
    row.over_groups([&](unsigned first, const HeldLanes& components) {
        const Four<Stored> four = encode_four<Stored>(components, scale, lost);
        if (is_wide) {
            if (first < end) *reinterpret_cast<Four<Stored>*>(encoded + first) = four;
            return;
        }
        for (unsigned c = 0; c < kHeldLanes; ++c) {
            if (first + c < end) encoded[first + c] = four.of[c];
        }
    });
    return lost;
}

template <class Stored, class Row>
__global__ void __launch_bounds__(kThreads) encode_kernel(EncodeTask task) {
    QR_AWAIT_TURN();
    const unsigned own = blockIdx.x * kBlockRows + threadIdx.x / kOctetThreads;
    const bool is_there = own < task.row_count;
    const std::size_t index = is_there ? own : task.row_count - 1;  // sums need whole warps
    Stored* const encoded = static_cast<Stored*>(task.encoded);
    const Row row(task.rows + index * task.dimension, task.dimension,
                  wide_end(task.rows, task.dimension));

    HeldLanes squares;
    row.over_groups([&](unsigned, const HeldLanes& components) {
        add_products(squares, components, components);
    });
    const double norm2 = sum_octet(squares);
    const bool is_good = is_good_norm2(norm2);
    const HeldLanes lost = encode_row(
        row, encoded + index * task.dimension, is_there && is_good ? task.dimension : 0,
        is_wide(task.encoded, task.dimension, sizeof(Stored)), __ddiv_rn(1.0, __dsqrt_rn(norm2)));
    const double residual = __dsqrt_rn(sum_octet(is_good ? lost : HeldLanes{}));
    if (!is_there || threadIdx.x % kOctetThreads != 0) return;
    task.norms2[index] = norm2;
    task.residuals[index] = rounded_up(residual);
    if (!is_good) atomicMin(task.first_bad_row, own);
}

template <class Stored, class Row>
cudaError_t launch(const EncodeTask& task, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3((task.row_count - 1) / kBlockRows + 1);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return launch_in_turn(config, encode_kernel<Stored, Row>, task);
}

template <class Stored>
cudaError_t launch(const EncodeTask& task, cudaStream_t stream) {
    if (!is_wide(task.rows, task.dimension, sizeof(float)))
        return launch<Stored, ReadRow>(task, stream);
    if (task.dimension <= 12 * kGroup) return launch<Stored, HeldRow<12>>(task, stream);
    if (task.dimension <= 24 * kGroup) return launch<Stored, HeldRow<24>>(task, stream);
    if (task.dimension <= 32 * kGroup) return launch<Stored, HeldRow<32>>(task, stream);
    if (task.dimension <= kHeldDimensionMax)
        return launch<Stored, HeldRow<kHeldDimensionMax / kGroup>>(task, stream);
    return launch<Stored, ReadRow>(task, stream);
}

}  // namespace

cudaError_t encode(const EncodeTask& task, Storage storage, cudaStream_t stream) {
    if (task.row_count == 0) return cudaSuccess;
    return visit(storage, [&](auto stored) { return launch<decltype(stored)>(task, stream); });
}

}  // namespace qr::device
