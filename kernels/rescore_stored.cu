// Rows by id against their query in double precision, bit-identical to the CPU's: rescore.cu, of
// rows in segments and in any storage.
//
// Threads: an octet (row_lanes.cuh) an id, a warp four, a block 16. Layout: a step of an octet is
// one 128-byte line of the query, which the octets of a warp mostly share and which stays in the L1
// cache, and one line of the row, or half of one of a 16-bit storage. Four steps are loaded ahead.
// Bound: bandwidth of scattered rows; on devices with 1/64 of their rate in double precision that
// rate, two multiply-adds a component.
#include "kernels/rescore_stored.h"

#include <cuda_runtime.h>

#include <climits>
#include <cmath>
#include <cstddef>

#include "kernels/cuda/in_turn.h"
#include "kernels/row_lanes.cuh"
#include "kernels/segments.cuh"
#include "kernels/stored.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 128;
constexpr unsigned kBlockItems = kThreads / kOctetThreads;

template <class Stored>
struct alignas(kHeldLanes * sizeof(Stored)) Four {
    Stored of[kHeldLanes];
};

template <class Stored>
__device__ HeldLanes load_four(const Stored* __restrict__ at) {
    const Four<Stored> four = *reinterpret_cast<const Four<Stored>*>(at);
    HeldLanes held;
    for (unsigned c = 0; c < kHeldLanes; ++c)
        held.of[c] = widen(four.of[c]);
    return held;
}

// Components from `first` on; those past the end of the row count as zero.
template <class Stored>
__device__ HeldLanes load_some(const Stored* __restrict__ row, unsigned first, unsigned dimension) {
    HeldLanes held;
    for (unsigned c = 0; c < kHeldLanes; ++c) {
        if (first + c < dimension) held.of[c] = widen(row[first + c]);
    }
    return held;
}

template <class Stored, class Held>
__global__ void __launch_bounds__(kThreads) rescore_stored_kernel(Held held) {
    QR_AWAIT_TURN();
    const auto& task = task_of(held);
    const std::size_t items = std::size_t{task.query_count} * task.id_count;
    const std::size_t own = blockIdx.x * std::size_t{kBlockItems} + threadIdx.x / kOctetThreads;
    const bool is_there = own < items;
    const unsigned id = is_there ? task.ids[own] : kNoId;
    const unsigned dimension = id != kNoId ? task.dimension : 0;
    const float* const query = task.queries + (is_there ? own / task.id_count : 0) * task.dimension;
    const Stored* const row = id != kNoId ? row_at<Stored>(task.rows, id) : nullptr;
    // Rows of a segment start where the first does, a multiple of their size further.
    const bool is_whole = is_wide(task.queries, task.dimension, sizeof(float));
    const unsigned wide = is_whole ? dimension / kGroup * kGroup : 0;

    HeldLanes dots, norms;
    const auto add = [&](const HeldLanes& left, const HeldLanes& right) {
        add_products(dots, left, right);
        add_products(norms, right, right);
    };
    unsigned i = threadIdx.x % kOctetThreads * kHeldLanes;
#pragma unroll 4
    for (; i < wide; i += kGroup)
        add(load_wide(query + i), load_four(row + i));
    for (; i < padded(dimension); i += kGroup)
        add(load_guarded(query, i, dimension), load_some(row, i, dimension));
    const double dot = sum_octet(dots), norm2 = sum_octet(norms);
    if (!is_there || threadIdx.x % kOctetThreads != 0) return;
    task.dots[own] = id != kNoId ? dot : NAN;
    task.row_norms2[own] = id != kNoId ? norm2 : NAN;
}

template <class Stored, class Held>
cudaError_t launch(const StoredRescoreTask& most, const Held& held, cudaStream_t stream) {
    const std::size_t items = std::size_t{most.query_count} * most.id_count;
    const std::size_t blocks = (items - 1) / kBlockItems + 1;
    if (blocks > INT_MAX) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(blocks));
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return launch_in_turn(config, rescore_stored_kernel<Stored, Held>, held);
}

template <class Held>
cudaError_t launch_any(const StoredRescoreTask& most, const Held& held, Storage storage,
                       cudaStream_t stream) {
    if (most.query_count == 0 || most.id_count == 0) return cudaSuccess;
    return visit(storage,
                 [&](auto stored) { return launch<decltype(stored)>(most, held, stream); });
}

}  // namespace

cudaError_t rescore_stored(const StoredRescoreTask& task, Storage storage, cudaStream_t stream) {
    return launch_any(task, task, storage, stream);
}

cudaError_t rescore_stored(const DeferredTask<StoredRescoreTask>& task, Storage storage,
                           cudaStream_t stream) {
    return launch_any(task.most, task.task, storage, stream);
}

}  // namespace qr::device
