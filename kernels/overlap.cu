// Inner products and squared norms in double precision, bit-identical to the CPU's.
//
// Two kernels; plan() gives each its blocks, and a block finds its task by bisection. Tiles of few
// rows spread a small task over many multiprocessors; strips keep a large task's multiply-adds fed.
// Threads: a warp holds a lane of a row in each thread (warp_lanes.cuh). In a tile it has two rows
// against one query, or four against four, and shares nothing with the other three warps of its
// block. Blocks of a task: those of its queries' norms, then those of its documents. A strip is a
// block of eight warps with a multiprocessor to itself; it holds 16 queries and walks over its
// documents, 32 at a time: a warp has eight against eight queries, and its neighbour the same eight
// against the others. Up to eight queries leave all warps to documents, 64 at a time.
// Layout: a strip widens its queries once, into [group, pair of queries, lane] of shared memory,
// where a warp's 16-byte loads are contiguous; queries that do not fit pass through in parts, again
// for each step. All other components go from global memory into registers, some groups ahead.
// Blocks that share rows are neighbours: all but the first find them in the L2 cache.
// Bound: a tile of one query, bandwidth, 4 bytes a component; a tile of four, conversions, two for
// each four multiply-adds; a strip, the double-precision rate, 64 multiply-adds for eight
// conversions and 24 * 128 bytes of L1 and shared memory. A row is never split between warps, since
// that would change the order of its sum: few very long rows are bound by the latency of 1/32 of a
// row's additions.
#include "kernels/overlap.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <climits>
#include <cstddef>

#include "kernels/cuda/dynamic_shared.h"
#include "kernels/cuda/in_turn.h"
#include "kernels/warp_lanes.cuh"

namespace qr::device {
namespace {

constexpr unsigned kTileThreads = 128;
constexpr unsigned kTileWarps = kTileThreads / kWarpThreads;
constexpr unsigned kResidentTiles = 4;  // of a multiprocessor: what registers are held to
constexpr unsigned kNarrowAhead = 12;   // groups on their way
constexpr unsigned kTileAhead = 3;

constexpr unsigned kStripThreads = 256;
constexpr unsigned kStripWarps = kStripThreads / kWarpThreads;
constexpr unsigned kWarpDocuments = 8;
constexpr unsigned kWarpQueries = 8;
constexpr unsigned kWarpPairs = kWarpQueries / 2;  // as which they lie in shared memory
constexpr unsigned kStripPairs = kStripQueries / 2;
constexpr unsigned kStripAhead = 4;  // groups of documents on their way
constexpr unsigned kFusedAhead = 2;  // where norms take the registers
constexpr unsigned kStageAhead = 8;  // groups of queries
constexpr unsigned kGroupPairs = kStripPairs * kWarpThreads;
constexpr std::size_t kGroupBytes = kGroupPairs * sizeof(double2);

static_assert(kNarrowRows % kTileWarps == 0 && kTileRows % kTileWarps == 0);
static_assert(kStripQueries == 2 * kWarpQueries && kStripAhead % kFusedAhead == 0);
static_assert(kStripDocuments % (kWarpDocuments * kStripWarps) == 0);

// The matrix whose rows are summed.
enum class Side { queries, documents };

__device__ unsigned row_count(const PairTask& task, Side side) {
    return side == Side::queries ? task.query_count : task.document_count;
}

// Rows past the last stand for that one again.
__device__ const float* row_at(const PairTask& task, Side side, unsigned row) {
    const float* const first = side == Side::queries ? task.queries : task.documents;
    return first + std::size_t{min(row, row_count(task, side) - 1)} * task.dimension;
}

__device__ void put_norm2(const PairTask& task, Side side, unsigned row, double norm2) {
    if (row >= row_count(task, side)) return;
    (side == Side::queries ? task.query_norms2 : task.document_norms2)[row] = norm2;
    const unsigned number = side == Side::queries ? row : task.query_count + row;
    if (!is_good_norm2(norm2)) atomicMin(task.first_bad_row, number);
}

__device__ void put_dot(const PairTask& task, unsigned query, unsigned document, double dot) {
    if (query < task.query_count && document < task.document_count)
        task.pairs[std::size_t{query} * task.document_count + document] = dot;
}

// The calling warp's share of a tile: kRows rows from `row` on, against kQueries queries. A tile of
// queries gives their norms alone, the first of documents norms and dots, the others dots.
template <unsigned kRows, unsigned kQueries, unsigned kAhead>
__device__ void sum_tile(const PairTask& task, Side side, unsigned row, unsigned query) {
    if (row >= row_count(task, side)) return;
    double dots[kQueries * kRows] = {}, norms[kRows] = {};
    RowStream<kRows + kQueries, kAhead> stream;
    stream.start(task.dimension, [&](unsigned i) {
        return i < kRows ? row_at(task, side, row + i)
                         : row_at(task, Side::queries, query + i - kRows);
    });
    stream.take(0, groups_of(task.dimension), [&](unsigned, const double(&of)[kRows + kQueries]) {
#pragma unroll
        for (unsigned r = 0; r < kRows; ++r) {
            norms[r] += of[r] * of[r];
#pragma unroll
            for (unsigned q = 0; q < kQueries; ++q)
                dots[q * kRows + r] += of[r] * of[kRows + q];
        }
    });
    if (side == Side::documents)
        put_totals(dots, [&](unsigned i, double dot) {
            put_dot(task, query + i / kRows, row + i % kRows, dot);
        });
    if (query == 0)
        put_totals(norms, [&](unsigned r, double norm2) { put_norm2(task, side, row + r, norm2); });
}

// A task without such a block shares its number with the next that has one, which is found.
__device__ unsigned find_task(const PairTable& table, unsigned PairTask::*first, unsigned block) {
    unsigned low = 0, high = table.task_count;
    while (high - low > 1) {
        const unsigned middle = low + (high - low) / 2;
        if (table.tasks[middle].*first <= block)
            low = middle;
        else
            high = middle;
    }
    return low;
}

__global__ void __launch_bounds__(kTileThreads, kResidentTiles)
    overlap_kernel(const PairTable* __restrict__ table) {
    QR_AWAIT_TURN();
    __shared__ PairTask task;  // registers are for sums
    if (blockIdx.x >= table->overlap_blocks) return;
    const unsigned warp = threadIdx.x / kWarpThreads;
    if (threadIdx.x == 0)
        task = table->tasks[find_task(*table, &PairTask::first_block, blockIdx.x)];
    __syncthreads();
    const auto norm_blocks = static_cast<unsigned>(blocks_for(task.query_count, kNarrowRows));
    const unsigned block = blockIdx.x - task.first_block;
    if (block < norm_blocks || task.query_count == 1) {
        constexpr unsigned kRows = kNarrowRows / kTileWarps;
        const Side side = block < norm_blocks ? Side::queries : Side::documents;
        const unsigned tile = block < norm_blocks ? block : block - norm_blocks;
        sum_tile<kRows, 1, kNarrowAhead>(task, side, tile * kNarrowRows + warp * kRows, 0);
    } else {
        constexpr unsigned kRows = kTileRows / kTileWarps;
        const auto query_tiles = static_cast<unsigned>(blocks_for(task.query_count, kTileQueries));
        const unsigned tile = block - norm_blocks;
        sum_tile<kRows, kTileQueries, kTileAhead>(task, Side::documents,
                                                  tile / query_tiles * kTileRows + warp * kRows,
                                                  tile % query_tiles * kTileQueries);
    }
}

// What one block has of a task, in shared memory: registers are for sums.
struct Strip {
    PairTask task;
    unsigned query_begin = 0;
    unsigned document_begin = 0, document_end = 0;
    unsigned warps_along_queries = 1;  // or two

    __device__ unsigned documents_at_once() const {
        return kStripWarps / warps_along_queries * kWarpDocuments;
    }
    // Of the calling warp; more follow at distances of documents_at_once().
    __device__ unsigned first_document() const {
        return document_begin + threadIdx.x / kWarpThreads / warps_along_queries * kWarpDocuments;
    }
    // Of the calling warp, counted from query_begin.
    __device__ unsigned first_query() const {
        return threadIdx.x / kWarpThreads % warps_along_queries * kWarpQueries;
    }
};

__device__ void find_strip(const PairTable& table, Strip& strip) {
    const PairTask task = table.tasks[find_task(table, &PairTask::first_strip, blockIdx.x)];
    const auto query_tiles = static_cast<unsigned>(blocks_for(task.query_count, kStripQueries));
    const unsigned block = blockIdx.x - task.first_strip;
    const unsigned query_begin = block % query_tiles * kStripQueries;
    const unsigned document_begin = block / query_tiles * task.strip_documents;
    strip.task = task;
    strip.query_begin = query_begin;
    strip.document_begin = document_begin;
    strip.document_end =
        document_begin + min(task.strip_documents, task.document_count - document_begin);
    strip.warps_along_queries = task.query_count - query_begin > kWarpQueries ? 2 : 1;
}

// The thread's query q of its warp's eight is query q ^ turn(); see put_totals().
constexpr unsigned kTurnedBits = 3;
__device__ unsigned turn() {
    return lane_of_thread() / (kWarpThreads / kWarpQueries);
}
static_assert(1 << kTurnedBits == kWarpQueries);

// Groups [begin, end) of the strip's queries, zero where there is none.
__device__ void stage(const Strip& strip, unsigned begin, unsigned end, double2* staged) {
    const PairTask& task = strip.task;
    const unsigned warp = threadIdx.x / kWarpThreads;
    const unsigned pairs = strip.warps_along_queries * kWarpPairs, pair = warp % pairs;
    const unsigned query = strip.query_begin + 2 * pair, groups_at_once = kStripWarps / pairs;
    const float* const low = row_at(task, Side::queries, query) + lane_of_thread();
    const float* const high = row_at(task, Side::queries, query + 1) + lane_of_thread();
    const bool has_high = query + 1 < task.query_count, has_low = query < task.query_count;
    double2* const place = staged + (pair ^ turn() / 2) * kWarpThreads + lane_of_thread();
    for (unsigned group = begin + warp / pairs; group < end;
         group += kStageAhead * groups_at_once) {
        float lows[kStageAhead], highs[kStageAhead];
#pragma unroll
        for (unsigned s = 0; s < kStageAhead; ++s) {
            const unsigned component = (group + s * groups_at_once) * kGroup;
            const bool is_there = component + lane_of_thread() < task.dimension;
            lows[s] = is_there && has_low ? __ldg(low + component) : 0;
            highs[s] = is_there && has_high ? __ldg(high + component) : 0;
        }
#pragma unroll
        for (unsigned s = 0; s < kStageAhead; ++s) {
            const unsigned number = group + s * groups_at_once;
            const double2 two =
                turn() % 2 == 0 ? double2{lows[s], highs[s]} : double2{highs[s], lows[s]};
            if (number < end) place[(number - begin) * kGroupPairs] = two;
        }
    }
}

// Norms are taken with the first queries that meet the documents.
enum class Norms { fused, known };

template <Norms kNorms>
struct Sums {
    double dots[kWarpQueries * kWarpDocuments] = {};
    double norms[kNorms == Norms::fused ? kWarpDocuments : 1] = {};

    // `queries` is the thread's lane of the warp's first pair.
    __device__ void add(const double (&documents)[kWarpDocuments], const double2* queries) {
#pragma unroll
        for (unsigned p = 0; p < kWarpPairs; ++p) {
            const double2 two = queries[p * kWarpThreads];
#pragma unroll
            for (unsigned d = 0; d < kWarpDocuments; ++d) {
                dots[2 * p * kWarpDocuments + d] += documents[d] * two.x;
                dots[(2 * p + 1) * kWarpDocuments + d] += documents[d] * two.y;
            }
        }
        if constexpr (kNorms == Norms::fused) {
#pragma unroll
            for (unsigned d = 0; d < kWarpDocuments; ++d)
                norms[d] += documents[d] * documents[d];
        }
    }
};

template <Norms kNorms>
__device__ void sum_strip(const Strip& strip, double2* staged, unsigned staged_groups) {
    const PairTask& task = strip.task;
    const unsigned groups = groups_of(task.dimension);
    const double2* const own = staged + strip.first_query() / 2 * kWarpThreads + lane_of_thread();
    RowStream<kWarpDocuments, kNorms == Norms::fused ? kFusedAhead : kStripAhead> stream;
    unsigned document = strip.first_document();
    const auto start = [&] {
        if (document >= strip.document_end) return;
        stream.start(task.dimension,
                     [&](unsigned d) { return row_at(task, Side::documents, document + d); });
    };
    start();
    for (unsigned step = strip.document_begin; step < strip.document_end;
         step += strip.documents_at_once()) {
        const bool has_rows = document < strip.document_end;  // the same for the whole warp
        Sums<kNorms> sums;
        for (unsigned begin = 0; begin < groups; begin += staged_groups) {
            const unsigned end = min(begin + staged_groups, groups);
            if (step == strip.document_begin || groups > staged_groups) {
                __syncthreads();
                stage(strip, begin, end, staged);
                __syncthreads();
            }
            if (has_rows)
                stream.take(begin, end,
                            [&](unsigned group, const double(&documents)[kWarpDocuments]) {
                                sums.add(documents, own + (group - begin) * kGroupPairs);
                            });
        }
        const unsigned summed = document;
        document += strip.documents_at_once();
        start();  // so that these loads are on their way while the lanes are added
        if (!has_rows) continue;
        put_totals<kTurnedBits>(sums.dots, [&](unsigned i, double dot) {
            put_dot(task, strip.query_begin + strip.first_query() + i / kWarpDocuments,
                    summed + i % kWarpDocuments, dot);
        });
        if constexpr (kNorms == Norms::fused) {
            if (strip.first_query() > 0) continue;
            put_totals(sums.norms, [&](unsigned d, double norm2) {
                put_norm2(task, Side::documents, summed + d, norm2);
            });
        }
    }
}

__global__ void __launch_bounds__(kStripThreads, 1)
    strip_kernel(const PairTable* __restrict__ table, unsigned staged_groups) {
    QR_AWAIT_TURN();
    QR_DYNAMIC_SHARED(double2, staged);
    __shared__ Strip strip;
    if (blockIdx.x >= table->strip_blocks) return;
    if (threadIdx.x == 0) find_strip(*table, strip);
    __syncthreads();
    if (strip.query_begin == 0)
        sum_strip<Norms::fused>(strip, staged, staged_groups);
    else
        sum_strip<Norms::known>(strip, staged, staged_groups);
}

cudaLaunchConfig_t config_of(std::size_t blocks, unsigned threads, cudaStream_t stream) {
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(blocks));
    config.blockDim = dim3(threads);
    config.stream = stream;
    return config;
}

// Queries up to so many groups stay in the shared memory of a block of the current device.
cudaError_t find_staged_max(std::size_t& groups) {
    int device = 0, bytes = 0;
    if (const cudaError_t found = cudaGetDevice(&device); found != cudaSuccess) return found;
    const cudaError_t found =
        cudaDeviceGetAttribute(&bytes, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
    groups =
        (static_cast<std::size_t>(bytes) - sizeof(Strip)) / kGroupBytes / kStripAhead * kStripAhead;
    return found;
}

cudaError_t launch_strips(const PairBatch& batch, cudaStream_t stream) {
    std::size_t groups_max = 0;
    if (const cudaError_t found = find_staged_max(groups_max); found != cudaSuccess) return found;
    // The same limit always: launches of other threads rely on it.
    const cudaError_t limited =
        cudaFuncSetAttribute(strip_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                             static_cast<int>(groups_max * kGroupBytes));
    if (limited != cudaSuccess) return limited;
    const std::size_t groups = std::min(
        groups_max,
        kStripAhead * blocks_for(batch.strip_dimension_max, std::size_t{kStripAhead} * kGroup));
    cudaLaunchConfig_t config = config_of(batch.strip_blocks, kStripThreads, stream);
    config.dynamicSmemBytes = groups * kGroupBytes;
    return launch_in_turn(config, strip_kernel, batch.table, static_cast<unsigned>(groups));
}

}  // namespace

cudaError_t overlap(const PairBatch& batch, cudaStream_t stream) {
    if (batch.task_count == 0) return cudaSuccess;
    if (batch.overlap_blocks > INT_MAX || batch.strip_blocks > INT_MAX)
        return cudaErrorInvalidConfiguration;
    if (batch.overlap_blocks > 0) {
        const cudaLaunchConfig_t config = config_of(batch.overlap_blocks, kTileThreads, stream);
        const cudaError_t launched = launch_in_turn(config, overlap_kernel, batch.table);
        if (launched != cudaSuccess) return launched;
    }
    return batch.strip_blocks > 0 ? launch_strips(batch, stream) : cudaSuccess;
}

}  // namespace qr::device
