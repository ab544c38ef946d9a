// Overlaps of all queries with all rows by tensor cores.
//
// Threads: a block stays with up to 64 queries and walks over tiles of 128 rows, one block a
// multiprocessor; a warp has 32 queries by 32 rows of the tile, or 16 by 32 where there are no more
// queries. Blocks that share rows are neighbours: all but the first find them in the L2 cache.
// Layout: the block's queries come into shared memory with its first tile, and stay. Of the rows 64
// components at a time, a line of 128 bytes each, pass through a ring of six stages of 16 KiB, four
// of them on their way while two are multiplied, across the ends of tiles; a barrier every two.
// Within a line the eight pieces of 16 bytes change places with the row, so that neither copies nor
// matrix loads collide in a bank.
// Bound: bandwidth, two bytes a component of the rows, while a task has up to 64 queries; four
// bytes an overlap are written. More queries pass over the rows again, 64 at a time: from some
// hundred on cuBLAS is the better side of the seam (host/cuda/cublas.h).
#include "kernels/overlap_tensor.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/cuda/dynamic_shared.h"
#include "kernels/cuda/in_turn.h"
#include "kernels/cuda/tensor.cuh"
#include "kernels/row_lanes.cuh"
#include "kernels/stored.cuh"

namespace qr::device {
namespace {

constexpr unsigned kTileRows = 128;
constexpr unsigned kWarpRows = kPeakColumns;  // so that a peak is one warp's
constexpr unsigned kStages = 6;
constexpr unsigned kTogether = 2;  // stages between two barriers
constexpr unsigned kPieceBytes = 16;
constexpr unsigned kPieceNumbers = kPieceBytes / 2;
constexpr unsigned kPieces = 8;  // of a line
constexpr unsigned kLineBytes = kPieces * kPieceBytes;
constexpr unsigned kLineNumbers = kPieces * kPieceNumbers;  // components of a stage
constexpr unsigned kStageBytes = kTileRows * kLineBytes;
constexpr unsigned kDimensionMax = 4096;      // of 16 queries: what shared memory holds
constexpr unsigned kResidentNumbers = 65536;  // queries x dimension of a block, likewise

// The products of mma.m16n8k16.
constexpr unsigned kLeft = 16, kRight = 8, kInner = 16;

template <unsigned kQueries>
struct Shape {
    static constexpr unsigned kWarpQueries = kQueries < 32 ? kQueries : 32;
    static constexpr unsigned kWarpsAlongQueries = kQueries / kWarpQueries;
    static constexpr unsigned kWarps = kWarpsAlongQueries * (kTileRows / kWarpRows);
    static constexpr unsigned kThreads = kWarps * kWarpThreads;
    static constexpr unsigned kLefts = kWarpQueries / kLeft;
    static constexpr unsigned kRights = kWarpRows / kRight;
};

// Where piece `piece` of line `line` lies.
__device__ unsigned place_of(unsigned line, unsigned piece) {
    return line * kLineBytes + (piece ^ line % kPieces) * kPieceBytes;
}

__host__ __device__ constexpr unsigned lines_for(unsigned dimension) {
    return (dimension + kLineNumbers - 1) / kLineNumbers;
}

// Copies lines of kRows rows of a matrix; zeros where there is no row or component. A thread has
// one piece of every kThreads / 8th line.
template <unsigned kRows, unsigned kThreads>
class LineCopies {
  public:
    __device__ LineCopies(const void* matrix, unsigned row_count, unsigned dimension)
        : matrix_(static_cast<const unsigned char*>(matrix)),
          row_bytes_(std::size_t{dimension} * 2),
          row_count_(row_count),
          place_(place_of(threadIdx.x / kPieces, threadIdx.x % kPieces)) {}
    // Goes to the first line of the rows from `first` on.
    __device__ void seek(std::size_t first) {
        const unsigned line = threadIdx.x / kPieces;
        rows_left_ = static_cast<int>(row_count_ - first) - static_cast<int>(line);
        at_ = threadIdx.x % kPieces * kPieceBytes;
        from_ = matrix_ + (first + line) * row_bytes_ + at_;
    }
    // And to the next one.
    __device__ void copy(AsyncCopies& copies, unsigned char* to) {
#pragma unroll
        for (unsigned line = 0; line < kRows; line += kStep)
            copies.copy(to + place_ + line * kLineBytes, from_ + line * row_bytes_,
                        static_cast<int>(line) < rows_left_ && at_ < row_bytes_);
        from_ += kLineBytes;
        at_ += kLineBytes;
    }

  private:
    static constexpr unsigned kStep = kThreads / kPieces;
    static_assert(kStep % kPieces == 0 && kRows % kStep == 0);

    const unsigned char* const matrix_;
    const std::size_t row_bytes_;
    const unsigned row_count_;
    const unsigned place_;
    const unsigned char* from_ = nullptr;  // of the thread's first line
    int rows_left_ = 0;                    // from there on
    unsigned at_ = 0;                      // bytes of the row before it
};

// How much of what a warp writes exists.
enum class Extent { whole, cut };

// The running sums of a warp, and what of them a lane has.
template <class Stored, unsigned kQueries>
struct Sums {
    using Of = Shape<kQueries>;
    float of[Of::kLefts][Of::kRights][4] = {};

    // One line of the queries against one of the rows.
    __device__ void add(const unsigned char* queries, const unsigned char* rows) {
        const unsigned lane = threadIdx.x % kWarpThreads;
        const unsigned left = place_of(lane % kLeft, lane / kLeft);
        const unsigned right = place_of(lane % kRight + lane / kLeft * kRight, lane / kRight % 2);
#pragma unroll
        for (unsigned inner = 0; inner < kLineNumbers / kInner; ++inner) {
            const unsigned pieces = inner * 2 * kPieceBytes;  // whose bits change places as others
            unsigned lefts[Of::kLefts][4], rights[Of::kRights / 2][4];
#pragma unroll
            for (unsigned l = 0; l < Of::kLefts; ++l)
                load_matrices(lefts[l], queries + l * kLeft * kLineBytes + (left ^ pieces));
#pragma unroll
            for (unsigned r = 0; r < Of::kRights / 2; ++r)
                load_matrices(rights[r], rows + r * 2 * kRight * kLineBytes + (right ^ pieces));
#pragma unroll
            for (unsigned l = 0; l < Of::kLefts; ++l) {
#pragma unroll
                for (unsigned r = 0; r < Of::kRights; ++r)
                    multiply_add<Stored>(of[l][r], lefts[l], rights[r / 2][r % 2 * 2],
                                         rights[r / 2][r % 2 * 2 + 1]);
            }
        }
    }

    // Writes the overlaps of the warp's queries and rows from these on, and their peaks.
    __device__ void write(const MatrixTask& task, const MatrixPeaks& peaks, unsigned first_query,
                          unsigned first_row) const {
        if (first_row >= task.row_count) return;  // the whole warp
        if (task.row_count % 2 == 0 && task.row_count - first_row >= kWarpRows)
            write_as<Extent::whole>(task, peaks, first_query, first_row);
        else
            write_as<Extent::cut>(task, peaks, first_query, first_row);
    }

  private:
    template <Extent kExtent>
    __device__ void write_as(const MatrixTask& task, const MatrixPeaks& peaks, unsigned first_query,
                             unsigned first_row) const {
        const unsigned lane = threadIdx.x % kWarpThreads;
        const unsigned row = first_row + lane % 4 * 2;
#pragma unroll
        for (unsigned i = 0; i < 2 * Of::kLefts; ++i) {
            const unsigned query = first_query + i * (kLeft / 2) + lane / 4;
            const bool is_there = query < task.query_count;
            float* const to = task.overlaps + std::size_t{query} * task.row_count + row;
            float peak = -INFINITY;
#pragma unroll
            for (unsigned r = 0; r < Of::kRights; ++r) {
                const float2 two = {of[i / 2][r][i % 2 * 2], of[i / 2][r][i % 2 * 2 + 1]};
                if constexpr (kExtent == Extent::whole) {
                    if (is_there) *reinterpret_cast<float2*>(to + r * kRight) = two;
                    peak = max(peak, max(ranked(two.x, peaks.rank), ranked(two.y, peaks.rank)));
                } else {
                    const unsigned column = row + r * kRight;
                    if (is_there && column < task.row_count) to[r * kRight] = two.x;
                    if (is_there && column + 1 < task.row_count) to[r * kRight + 1] = two.y;
                    if (column < task.row_count) peak = max(peak, ranked(two.x, peaks.rank));
                    if (column + 1 < task.row_count) peak = max(peak, ranked(two.y, peaks.rank));
                }
            }
            for (int lanes = 1; lanes < 4; lanes *= 2)
                peak = max(peak, __shfl_xor_sync(0xFFFFFFFFU, peak, lanes));
            if (peaks.peaks != nullptr && lane % 4 == 0 && is_there)
                peaks.peaks[query * peaks_of(task.row_count) + first_row / kPeakColumns] = peak;
        }
    }
};

template <class Stored, unsigned kQueries, class Held>
__global__ void __launch_bounds__(Shape<kQueries>::kThreads, 1)
    overlap_tensor_kernel(Held held, MatrixPeaks peaks) {
    QR_AWAIT_TURN();
    const auto& task = task_of(held);
    using Of = Shape<kQueries>;
    QR_DYNAMIC_SHARED(unsigned char, shared);
    const unsigned lines = lines_for(task.dimension);
    unsigned char* const queries = shared;  // [line of the row, query]
    unsigned char* const stages = shared + std::size_t{lines} * kQueries * kLineBytes;
    const unsigned query_tiles = (task.query_count - 1) / kQueries + 1;
    const unsigned first_query = blockIdx.x % query_tiles * kQueries;
    const unsigned row_tiles = (task.row_count - 1) / kTileRows + 1;
    const unsigned walkers = gridDim.x / query_tiles;  // blocks that share the queries
    const unsigned first_tile = blockIdx.x / query_tiles;
    const unsigned steps =  // stages to fill, over all of the block's tiles
        first_tile < row_tiles ? ((row_tiles - 1 - first_tile) / walkers + 1) * lines : 0;
    const unsigned warp = threadIdx.x / kWarpThreads;
    const unsigned warp_query = warp % Of::kWarpsAlongQueries * Of::kWarpQueries;
    const unsigned warp_row = warp / Of::kWarpsAlongQueries * kWarpRows;

    AsyncCopies copies;
    LineCopies<kTileRows, Of::kThreads> rows(task.rows, task.row_count, task.dimension);
    LineCopies<kQueries, Of::kThreads> of_queries(task.queries, task.query_count, task.dimension);
    of_queries.seek(first_query);
    unsigned next_tile = first_tile, next_line = 0, filled = 0;
    const auto fill = [&] {
        if (filled < steps) {
            if (next_line == 0) rows.seek(std::size_t{next_tile} * kTileRows);
            rows.copy(copies, stages + filled % kStages * kStageBytes);
            if (filled < lines)  // so that nobody waits for more of the queries than comes to use
                of_queries.copy(copies, queries + std::size_t{filled} * kQueries * kLineBytes);
            next_line = next_line + 1 == lines ? 0 : next_line + 1;
            if (next_line == 0) next_tile += walkers;
        }
        ++filled;
        copies.commit();  // an empty group at the end, so that as many are always pending
    };
    for (unsigned s = 0; s + kTogether < kStages; ++s)
        fill();

    Sums<Stored, kQueries> sums;
    unsigned tile = first_tile, line = 0;
    for (unsigned step = 0; step < steps; step += kTogether) {
        copies.wait<kStages - 2 * kTogether>();
        __syncthreads();  // these stages have arrived, and nobody reads those before any more
        for (unsigned i = 0; i < kTogether; ++i)
            fill();
        for (unsigned i = step; i < min(step + kTogether, steps); ++i) {
            sums.add(queries + std::size_t{line * kQueries + warp_query} * kLineBytes,
                     stages + i % kStages * kStageBytes + warp_row * kLineBytes);
            if (++line < lines) continue;
            sums.write(task, peaks, first_query + warp_query, tile * kTileRows + warp_row);
            sums = {};
            line = 0;
            tile += walkers;
        }
    }
}

template <class Stored, unsigned kQueries, class Held>
cudaError_t launch(const MatrixTask& most, const Held& held, const MatrixPeaks& peaks,
                   cudaStream_t stream) {
    int device = 0, processors = 0;
    cudaError_t error = cudaGetDevice(&device);
    if (error != cudaSuccess) return error;
    error = cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device);
    if (error != cudaSuccess) return error;
    const auto kernel = overlap_tensor_kernel<Stored, kQueries, Held>;
    const unsigned bytes =
        lines_for(most.dimension) * kQueries * kLineBytes + kStages * kStageBytes;
    error = cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                 static_cast<int>(bytes));
    if (error != cudaSuccess) return error;
    const std::size_t query_tiles = (most.query_count - 1) / kQueries + 1;
    const std::size_t row_tiles = (most.row_count - 1) / kTileRows + 1;
    const std::size_t walkers =
        std::clamp<std::size_t>(static_cast<unsigned>(processors) / query_tiles, 1, row_tiles);
    if (walkers * query_tiles > INT32_MAX) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(walkers * query_tiles));
    config.blockDim = dim3(Shape<kQueries>::kThreads);
    config.dynamicSmemBytes = bytes;
    config.stream = stream;
    return launch_in_turn(config, kernel, held, peaks);
}

// The most queries of a block that shared memory holds and the task has.
template <class Stored, class Held>
cudaError_t launch(const MatrixTask& most, const Held& held, const MatrixPeaks& peaks,
                   cudaStream_t stream) {
    const unsigned fit = kResidentNumbers / (lines_for(most.dimension) * kLineNumbers);
    if (fit >= 64 && most.query_count > 32) return launch<Stored, 64>(most, held, peaks, stream);
    if (fit >= 32 && most.query_count > 16) return launch<Stored, 32>(most, held, peaks, stream);
    return launch<Stored, 16>(most, held, peaks, stream);
}

template <class Held>
cudaError_t launch_any(const MatrixTask& most, const Held& held, const MatrixPeaks& peaks,
                       cudaStream_t stream) {
    if (most.query_count == 0 || most.row_count == 0) return cudaSuccess;
    if (!is_for_tensor_cores(most)) return cudaErrorInvalidValue;
    return most.storage == Storage::float16 ? launch<__half>(most, held, peaks, stream)
                                            : launch<__nv_bfloat16>(most, held, peaks, stream);
}

bool is_aligned(const void* address, std::uintptr_t bytes) {
    return reinterpret_cast<std::uintptr_t>(address) % bytes == 0;
}

}  // namespace

bool is_for_tensor_cores(const MatrixTask& task) {
    return task.storage != Storage::float32 && task.dimension % kPieceNumbers == 0 &&
           task.dimension <= kDimensionMax && is_aligned(task.queries, kPieceBytes) &&
           is_aligned(task.rows, kPieceBytes) && is_aligned(task.overlaps, sizeof(float2));
}

cudaError_t overlap_tensor(const MatrixTask& task, const MatrixPeaks& peaks, cudaStream_t stream) {
    return launch_any(task, task, peaks, stream);
}

cudaError_t overlap_tensor(const DeferredTask<MatrixTask>& task, const MatrixPeaks& peaks,
                           cudaStream_t stream) {
    return launch_any(task.most, task.task, peaks, stream);
}

}  // namespace qr::device
