// Append and selection of a scan's survivors.
//
// Threads: append, a warp 1024 rows for one query, a block eight warps; selection, a block a query.
// Layout: lane l of a warp first has the mask of the 32 rows of stretch l, and their peak where
// there is one, so that stretches without a bit or a chance cost no read of an overlap: a filter
// makes it faster. Of the others each lane has a row, and the warp takes its places in the list by
// one addition. Selection is best_of.cuh's, over images of a key and its row together, of which no
// two are equal. Bound: bandwidth of the L2 cache, four bytes an overlap, or a 32nd of that with
// peaks; selection by latency, some 60 barriers.
#include "kernels/survivors.h"

#include <cuda_runtime.h>

#include <climits>
#include <cmath>

#include "kernels/best_of.cuh"
#include "kernels/cuda/in_turn.h"
#include "kernels/rescore_stored.h"
#include "kernels/row_lanes.cuh"

namespace qr::device {
namespace {

constexpr unsigned kAll = 0xFFFFFFFFU;
constexpr unsigned kThreads = 256;
constexpr unsigned kStretches = kWarpThreads;  // of a warp
constexpr unsigned kWarpRows = kStretches * kPeakColumns;
constexpr unsigned kBlockRows = kThreads / kWarpThreads * kWarpRows;
static_assert(kPeakColumns == kWarpThreads);

// `length` is 1 where the task has none.
__device__ float key_of(const ScanQuery& query, float bound, ScanKind kind, float overlap,
                        float length) {
    if (length == INFINITY) return INFINITY;
    const float estimate = kind == ScanKind::same_rows ? overlap / length : overlap;
    const float key = ranked(estimate, query.rank) + bound;
    return query.is_dot ? key * length : key;
}

// Appends the lanes' rows that pass; the whole warp calls it.
__device__ void append_row(const SurvivorLists& lists, unsigned query, bool passes, float key,
                           unsigned row) {
    const unsigned lane = threadIdx.x % kWarpThreads;
    const unsigned votes = __ballot_sync(kAll, passes);
    if (votes == 0) return;
    unsigned first = 0;
    if (lane == 0) first = atomicAdd(&lists.counts[query], static_cast<unsigned>(__popc(votes)));
    first = __shfl_sync(kAll, first, 0);
    const unsigned place = first + static_cast<unsigned>(__popc(votes & ((1U << lane) - 1)));
    if (!passes || place >= lists.capacity) return;
    const std::size_t at = std::size_t{query} * lists.capacity + place;
    lists.keys[at] = key;
    lists.rows[at] = row;
}

template <class Held>
__global__ void __launch_bounds__(kThreads) append_kernel(Held held) {
    QR_AWAIT_TURN();
    const auto& task = task_of(held);
    const unsigned lane = threadIdx.x % kWarpThreads;
    const unsigned begin = blockIdx.x * kBlockRows + threadIdx.x / kWarpThreads * kWarpRows;
    if (begin >= task.row_count || blockIdx.y >= task.query_count) return;  // the whole warp
    const ScanQuery query = task.queries[blockIdx.y];
    const auto bound = static_cast<float>(  // its rounding is within the slack
        key_bound(task.query_residuals[blockIdx.y], task.row_residual_max, task.dimension));
    const float threshold = task.lists.thresholds[blockIdx.y];
    const float* const overlaps = task.overlaps + std::size_t{blockIdx.y} * task.row_count;
    const unsigned own = begin + lane * kPeakColumns;  // first row of the lane's stretch
    const std::uint32_t* const mask =
        task.masks + query.mask * task.mask_words + (task.first_row + begin) / 32;
    const std::uint32_t own_mask = own < task.row_count ? mask[lane] : 0;
    bool has_chance = own_mask != 0;
    if (task.peaks != nullptr && has_chance) {
        const float peak = task.peaks[blockIdx.y * peaks_of(task.row_count) + own / kPeakColumns];
        has_chance = !(peak + bound < threshold);  // a NaN is no reason to leave it out
    }
    for (unsigned left = __ballot_sync(kAll, has_chance); left != 0; left &= left - 1) {
        const int stretch = __ffs(static_cast<int>(left)) - 1;
        const std::uint32_t bits = __shfl_sync(kAll, own_mask, stretch);
        const unsigned column = begin + static_cast<unsigned>(stretch) * kPeakColumns + lane;
        const bool counts = (bits >> lane & 1) != 0 && column < task.row_count;
        const float length = counts && task.lengths != nullptr ? task.lengths[column] : 1;
        const float key = counts ? key_of(query, bound, task.kind, overlaps[column], length) : 0;
        append_row(task.lists, blockIdx.y, counts && !(key < threshold),
                   key == key ? key : INFINITY, task.first_row + column);
    }
}

// Images in the order of keys, then of rows from the last; and back.
__device__ Image64 image_with(float key, unsigned row) {
    return Image64{image_of(key)} << 32 | static_cast<unsigned>(~row);
}
__device__ float key_in(Image64 image) {
    const auto high = static_cast<Image32>(image >> 32);
    return __uint_as_float(high >> 31 != 0 ? high ^ (1U << 31) : ~high);
}

struct Survivors {
    const float* keys;
    const unsigned* rows;
    unsigned count;

    __device__ Image64 at(unsigned i) const { return image_with(keys[i], rows[i]); }
};

constexpr unsigned kHeldImages = 4096;  // 32 KiB

enum class Listed { cut_alone, all };

template <Listed kListed>
__global__ void __launch_bounds__(kBestOfThreads) select_kernel(SelectTask task) {
    QR_AWAIT_TURN();
    __shared__ Tally tally;
    __shared__ Image64 images[kHeldImages];
    __shared__ Image64 least;
    const unsigned count = min(task.lists.counts[blockIdx.x], task.lists.capacity);
    const unsigned wanted = task.queries[blockIdx.x].wanted;
    const std::size_t from = std::size_t{blockIdx.x} * task.lists.capacity;
    const std::size_t to = std::size_t{blockIdx.x} * task.stride;
    const unsigned kept = min(count, wanted);
    const bool is_cut = count > (kListed == Listed::all ? wanted : max(task.limit, wanted));
    if (kListed == Listed::cut_alone && !is_cut) return;  // the whole block
    if (threadIdx.x == 0) least = ~Image64{0};
    __syncthreads();
    if (is_cut) {
        const Survivors survivors{task.lists.keys + from, task.lists.rows + from, count};
        keep(View(survivors, images, kHeldImages), wanted, tally,
             [&](unsigned place, unsigned i, Image64 image) {
                 task.keys[to + place] = survivors.keys[i];
                 task.ids[to + place] = survivors.rows[i];
                 atomicMin(&least, image);
             });
        if (threadIdx.x == 0) {
            task.lists.thresholds[blockIdx.x] = key_in(least);
            task.lists.counts[blockIdx.x] = wanted;
        }
    }
    for (unsigned i = threadIdx.x; i < (kListed == Listed::all ? task.stride : kept);
         i += kBestOfThreads) {
        if (is_cut && i < kept) {  // back to where the next rows are appended
            task.lists.keys[from + i] = task.keys[to + i];
            task.lists.rows[from + i] = task.ids[to + i];
        } else if (kListed == Listed::all) {
            task.ids[to + i] = i < kept ? task.lists.rows[from + i] : kNoId;
        }
    }
}

template <class Held>
cudaError_t launch_append(const AppendTask& most, const Held& held, cudaStream_t stream) {
    if (most.query_count == 0 || most.row_count == 0) return cudaSuccess;
    if (most.query_count > kAppendQueriesMax) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3((most.row_count - 1) / kBlockRows + 1, most.query_count);
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return launch_in_turn(config, append_kernel<Held>, held);
}

cudaError_t launch_select(const SelectTask& task, cudaStream_t stream,
                          void (*kernel)(SelectTask task)) {
    if (task.query_count == 0) return cudaSuccess;
    if (task.query_count > INT_MAX) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(task.query_count);
    config.blockDim = dim3(kBestOfThreads);
    config.stream = stream;
    return launch_in_turn(config, kernel, task);
}

}  // namespace

cudaError_t append_survivors(const AppendTask& task, cudaStream_t stream) {
    return launch_append(task, task, stream);
}

cudaError_t append_survivors(const DeferredTask<AppendTask>& task, cudaStream_t stream) {
    return launch_append(task.most, task.task, stream);
}

cudaError_t cut_survivors(const SelectTask& task, cudaStream_t stream) {
    return launch_select(task, stream, select_kernel<Listed::cut_alone>);
}

cudaError_t list_survivors(const SelectTask& task, cudaStream_t stream) {
    return launch_select(task, stream, select_kernel<Listed::all>);
}

}  // namespace qr::device
