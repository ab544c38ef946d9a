// The k best scores of each row: the k-th is found digit by digit, what is not below it is sorted.
//
// Threads: 1024 a block; a block a row. Of a long row a warp first takes the peak of each stretch
// of columns, unless the caller has them. A bound that k peaks reach leaves few stretches, and in
// them few scores, to be ranked against each other; where they are not few (many ties, a large k),
// the block looks for the k best peaks, and for the k best scores in those stretches alone. Either
// is exact, for whatever scores: a stretch that is left out has k others before it, each with a
// score that comes before all of its own. Layout: see few_of.cuh and best_of.cuh, whose passes go
// over ordered images of the scores. Images of 12 KiB lie in shared memory, more are read again in
// every pass; a bitonic sort there orders what is kept. Neighbouring threads read neighbouring
// scores. Bound: peaks by bandwidth, a read of every score; the rest by latency, some 20 barriers,
// or some 60. Every result is a function of the row alone, whatever the stretches are: where equals
// must give way, the earlier column stays.
#include "kernels/top_k.h"

#include <cuda_runtime.h>

#include <climits>
#include <cstddef>

#include "kernels/best_of.cuh"
#include "kernels/cuda/dynamic_shared.h"
#include "kernels/cuda/in_turn.h"
#include "kernels/few_of.cuh"

namespace qr::device {
namespace {

constexpr unsigned kListedMax = 1024;  // stretches that are looked at
constexpr std::size_t kHeldBytes = 12U << 10;
template <class Score>
constexpr unsigned kHeldImages = kHeldBytes / sizeof(Score);

// Columns of a stretch whose peak is not known yet: the least is four loads of a warp.
constexpr unsigned kStretchMin = 128;
constexpr unsigned kStretchMax = 1024;
constexpr unsigned kPeakThreads = 256;
constexpr std::size_t kSharedUnasked = (48U << 10) - sizeof(Tally);
constexpr unsigned kPeakWarps = kPeakThreads / kWarpThreads;

// Stretches of a row's columns; the last may be shorter.
struct Stretches {
    unsigned columns = 0;  // of one, a power of two
    unsigned count = 0;
};

// Sources for View: all scores of a row.
template <class Score>
struct WholeRow {
    const Score* scores;
    unsigned count;
    Rank rank;

    __device__ unsigned column_of(unsigned i) const { return i; }
    __device__ ImageOf<Score> at(unsigned i) const { return image_of(ranked(scores[i], rank)); }
};

// Those of its listed stretches.
template <class Score>
struct ListedStretches {
    const Score* scores;
    const unsigned* listed;  // ascending
    unsigned stretch_bits;   // of the columns of a stretch
    unsigned count;          // columns of all that are listed, as if none were shorter
    unsigned column_count;
    Rank rank;

    __device__ unsigned column_of(unsigned i) const {
        return (listed[i >> stretch_bits] << stretch_bits) + (i & ((1U << stretch_bits) - 1));
    }
    __device__ ImageOf<Score> at(unsigned i) const {
        const unsigned column = column_of(i);
        return column < column_count ? image_of(ranked(scores[column], rank)) : kAbsent;
    }
};

// What a block has of dynamic shared memory.
template <class Score>
class Room {
  public:
    using Image = ImageOf<Score>;
    static __host__ __device__ std::size_t bytes(unsigned k) {
        return sizes(k) * sizeof(Candidate<Image>) + kHeldBytes + kListedMax * sizeof(unsigned);
    }
    __device__ Room(unsigned char* memory, unsigned k)
        : kept(reinterpret_cast<Candidate<Image>*>(memory)),
          images(reinterpret_cast<Image*>(kept + sizes(k))),
          listed(reinterpret_cast<unsigned*>(images + kHeldImages<Score>)) {}

    Candidate<Image>* const kept;
    Image* const images;
    unsigned* const listed;

  private:
    static __host__ __device__ unsigned sizes(unsigned k) {
        unsigned size = kFewMax;  // kept holds the few as well
        while (size < k)
            size *= 2;
        return size;
    }
};

// The k best of the source become the row's answer.
template <class Score, class Source>
__device__ void answer(const TopKTask<Score>& task, const Source& source, std::size_t row,
                       const Room<Score>& room, Tally& tally) {
    keep(View(source, room.images, kHeldImages<Score>), task.k, tally,
         [&](unsigned place, unsigned i, ImageOf<Score> image) {
             room.kept[place] = {image, source.column_of(i)};
         });
    if (task.listing == Listing::best_first) {
        unsigned size = 1;
        while (size < task.k)
            size *= 2;
        for (unsigned i = task.k + threadIdx.x; i < size; i += kBestOfThreads)
            room.kept[i] = {kAbsent, UINT_MAX};  // behind every score, and every column
        sort(room.kept, size);
    }
    const Score* const scores = task.scores + row * task.column_count;
    for (unsigned i = threadIdx.x; i < task.k; i += kBestOfThreads) {
        const auto column = static_cast<unsigned>(room.kept[i].column);
        task.columns[row * task.k + i] = column;
        task.best[row * task.k + i] = scores[column];
    }
}

// The k best of the few in room.kept become it.
template <class Score>
__device__ void answer_few(const TopKTask<Score>& task, unsigned count, std::size_t row,
                           const Room<Score>& room) {
    rank(room.kept, count, task.k, task.listing, room.listed, [&](unsigned place, unsigned column) {
        task.columns[row * task.k + place] = column;
        task.best[row * task.k + place] = task.scores[row * task.column_count + column];
    });
}

template <class Score>
__global__ void __launch_bounds__(kBestOfThreads) row_kernel(TopKTask<Score> task) {
    QR_AWAIT_TURN();
    __shared__ Tally tally;
    QR_DYNAMIC_SHARED(unsigned char, memory);
    const Room<Score> room(memory, task.k);
    const WholeRow<Score> all{task.scores + std::size_t{blockIdx.x} * task.column_count,
                              task.column_count, task.rank};
    if (task.k > kFewKMax || all.count > kFewMax) {
        answer(task, all, blockIdx.x, room, tally);
        return;
    }
    if (threadIdx.x < all.count) room.kept[threadIdx.x] = {all.at(threadIdx.x), threadIdx.x};
    __syncthreads();
    answer_few(task, all.count, blockIdx.x, room);
}

// A warp a stretch of a row.
template <class Score>
__global__ void __launch_bounds__(kPeakThreads)
    peak_kernel(TopKTask<Score> task, Stretches stretches, Score* __restrict__ peaks) {
    QR_AWAIT_TURN();
    const std::size_t own = std::size_t{blockIdx.x} * kPeakWarps + threadIdx.x / kWarpThreads;
    const std::size_t row = own / stretches.count;
    if (row >= task.row_count) return;  // the whole warp
    const unsigned begin = static_cast<unsigned>(own % stretches.count) * stretches.columns;
    const Score* const scores = task.scores + row * task.column_count;
    const unsigned last = task.column_count - 1;
    Score peak = ranked(scores[begin], task.rank);
#pragma unroll 4
    for (unsigned i = threadIdx.x % kWarpThreads; i < stretches.columns; i += kWarpThreads)
        peak = max(peak, ranked(scores[min(begin + i, last)], task.rank));
    for (int lanes = kWarpThreads / 2; lanes > 0; lanes /= 2)
        peak = max(peak, __shfl_xor_sync(0xFFFFFFFFU, peak, lanes));
    if (threadIdx.x % kWarpThreads == 0) peaks[own] = peak;
}

// All scores that are not below a bound that k peaks reach, into room.kept; tally.few says how many
// there are. False, for the whole block, where there is no room for them.
template <class Score>
__device__ bool find_few(const WholeRow<Score>& peaks, ListedStretches<Score> stretches, unsigned k,
                         const Room<Score>& room, Tally& tally) {
    using Image = ImageOf<Score>;
    Image own = kAbsent;
#pragma unroll 4
    for (unsigned i = threadIdx.x; i < peaks.count; i += kBestOfThreads)
        own = max(own, peaks.at(i));
    if (threadIdx.x == 0) tally.listed = tally.few = 0;
    const Image bound = bound_of(own, k);
    for (unsigned start = 0; start < peaks.count; start += kBestOfThreads) {
        const unsigned i = start + threadIdx.x;
        append(i < peaks.count && peaks.at(i) >= bound, tally.listed, [&](unsigned place) {
            if (place < kListedMax) room.listed[place] = i;
        });
    }
    __syncthreads();
    if (tally.listed > kListedMax) return false;
    stretches.count = tally.listed << stretches.stretch_bits;
#pragma unroll 2
    for (unsigned start = 0; start < stretches.count; start += kBestOfThreads) {
        const unsigned i = start + threadIdx.x;
        const Image image = i < stretches.count ? stretches.at(i) : kAbsent;
        append(image >= bound, tally.few, [&](unsigned place) {
            if (place < kFewMax) room.kept[place] = {image, stretches.column_of(i)};
        });
    }
    __syncthreads();
    return tally.few <= kFewMax;
}

template <class Score>
__global__ void __launch_bounds__(kBestOfThreads)
    peaked_row_kernel(TopKTask<Score> task, Stretches stretches, const Score* __restrict__ peaks) {
    QR_AWAIT_TURN();
    __shared__ Tally tally;
    QR_DYNAMIC_SHARED(unsigned char, memory);
    const Room<Score> room(memory, task.k);
    const std::size_t row = blockIdx.x;
    const WholeRow<Score> all{peaks + row * stretches.count, stretches.count, Rank::by_score};
    const auto stretch_bits = static_cast<unsigned>(__ffs(static_cast<int>(stretches.columns))) - 1;
    const ListedStretches<Score> listed{task.scores + row * task.column_count,
                                        room.listed,
                                        stretch_bits,
                                        task.k << stretch_bits,
                                        task.column_count,
                                        task.rank};
    if (task.k <= kFewKMax && find_few(all, listed, task.k, room, tally)) {
        answer_few(task, tally.few, row, room);
        return;
    }
    keep(View(all, room.images, kHeldImages<Score>), task.k, tally,
         [&](unsigned place, unsigned i, ImageOf<Score>) { room.listed[place] = i; });
    answer(task, listed, row, room, tally);
}

template <class Score>
bool is_valid(const TopKTask<Score>& task) {
    return task.k >= 1 && task.k <= kTopKMax<Score> && task.k <= task.column_count &&
           task.column_count <= kTopKColumnsMax;
}

// None where a row is short, or where its stretches would leave out little. Else their number and
// the scores of those that are looked at grow alike, if the caller leaves the choice.
template <class Score>
Stretches stretches_of(const TopKTask<Score>& task) {
    const std::size_t columns = task.column_count, k = task.k;
    std::size_t stretch = task.peaks != nullptr ? kPeakColumns : kStretchMin;
    while (task.peaks == nullptr && stretch < kStretchMax && k * stretch * stretch < columns)
        stretch *= 2;
    if (columns <= kHeldImages<Score> || k > kListedMax || 2 * k * stretch > columns) return {};
    return {static_cast<unsigned>(stretch), static_cast<unsigned>((columns - 1) / stretch + 1)};
}

template <class Score>
std::size_t workspace_bytes(const TopKTask<Score>& task) {
    if (!is_valid(task) || task.peaks != nullptr) return 0;
    return std::size_t{task.row_count} * stretches_of(task).count * sizeof(Score);
}

template <class Score>
cudaError_t launch_peaks(const TopKTask<Score>& task, const Stretches& stretches, Score* peaks,
                         cudaStream_t stream) {
    const std::size_t blocks = (std::size_t{task.row_count} * stretches.count - 1) / kPeakWarps + 1;
    if (blocks > INT_MAX) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(blocks));
    config.blockDim = dim3(kPeakThreads);
    config.stream = stream;
    return launch_in_turn(config, peak_kernel<Score>, task, stretches, peaks);
}

// Beyond what every kernel may have unasked.
template <class Score>
cudaError_t allow_shared(std::size_t bytes) {
    if (bytes <= kSharedUnasked) return cudaSuccess;
    constexpr auto kWhat = cudaFuncAttributeMaxDynamicSharedMemorySize;
    const cudaError_t error =
        cudaFuncSetAttribute(row_kernel<Score>, kWhat, static_cast<int>(bytes));
    if (error != cudaSuccess) return error;
    return cudaFuncSetAttribute(peaked_row_kernel<Score>, kWhat, static_cast<int>(bytes));
}

template <class Score>
cudaError_t launch(const TopKTask<Score>& task, cudaStream_t stream) {
    if (!is_valid(task)) return cudaErrorInvalidValue;
    if (task.row_count == 0) return cudaSuccess;
    if (task.row_count > INT_MAX) return cudaErrorInvalidConfiguration;
    const Stretches stretches = stretches_of(task);
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(task.row_count);
    config.blockDim = dim3(kBestOfThreads);
    config.dynamicSmemBytes = Room<Score>::bytes(task.k);
    config.stream = stream;
    if (const cudaError_t error = allow_shared<Score>(config.dynamicSmemBytes);
        error != cudaSuccess)
        return error;
    if (stretches.count == 0) return launch_in_turn(config, row_kernel<Score>, task);
    const Score* peaks = task.peaks;
    if (peaks == nullptr) {
        auto* const found = static_cast<Score*>(task.workspace);
        const cudaError_t error = launch_peaks(task, stretches, found, stream);
        if (error != cudaSuccess) return error;
        peaks = found;
    }
    return launch_in_turn(config, peaked_row_kernel<Score>, task, stretches, peaks);
}

}  // namespace

std::size_t top_k_workspace_bytes(const TopKTask<double>& task) {
    return workspace_bytes(task);
}
std::size_t top_k_workspace_bytes(const TopKTask<float>& task) {
    return workspace_bytes(task);
}

cudaError_t top_k(const TopKTask<double>& task, cudaStream_t stream) {
    return launch(task, stream);
}
cudaError_t top_k(const TopKTask<float>& task, cudaStream_t stream) {
    return launch(task, stream);
}

}  // namespace qr::device
