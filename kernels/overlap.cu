// Inner products and squared norms in double precision, bit-identical to the CPU's.
//
// Threads: an octet (row_lanes.cuh) holds two rows, a warp eight, a block of four warps 32 rows
// against up to four queries. Blocks of a task: those of its queries' norms, then those of its
// documents, where the blocks that share rows are neighbours, so that all but the first find them
// in the L2 cache. A block finds its task by bisection over first_block.
// Layout: a step of an octet is one 128-byte line of each row; the queries pass through shared
// memory in chunks of 512 components, widened once, 16 KiB in all, laid out so that the eight
// threads of an octet read 128 contiguous bytes and the other octets the same ones.
// Bound: bandwidth, 4 bytes a component, while a task has one query; from about four queries on the
// double-precision rate, query_count + 1 multiply-adds a component (the norm is one of them, taken
// by the first block of queries alone). A row is never split between octets, since that would
// change the order of its sum: few very long rows are bound by the latency of 1/32 of a row's
// additions.
#include "kernels/overlap.h"

#include <cuda_runtime.h>

#include <climits>
#include <cstddef>

#include "kernels/row_lanes.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 128;
constexpr unsigned kOctetRows = 2;  // each shares the loads of the queries with the other
constexpr unsigned kWarpRows = kWarpThreads / kOctetThreads * kOctetRows;
constexpr unsigned kBlockRows = kThreads / kWarpThreads * kWarpRows;
constexpr unsigned kBlockQueries = 4;
constexpr unsigned kChunk = 512;         // components of a query in shared memory
constexpr unsigned kPairs = kChunk / 2;  // as which they lie there

constexpr unsigned kResidentBlocks = 2;  // of a multiprocessor: what registers are held to

static_assert(kBlockRows == kOverlapRows && kBlockQueries == kOverlapQueries);

// Norms are taken by the first block of queries that meets the rows.
enum class Norms { fused, known };

// Rows against queries, as one block has them.
struct RowTile {
    const float* rows;        // the whole matrix
    unsigned row_count;       // of it
    unsigned row_begin;       // of the tile
    unsigned query_begin;     // of the tile
    double* norms2;           // of the whole matrix
    unsigned bad_row_offset;  // of the matrix in the count of bad rows
    bool is_of_queries;       // then only norms are wanted
};

template <unsigned kQueries, Norms kNorms>
struct Sums {
    HeldLanes dots[kOctetRows][kQueries];
    HeldLanes norms[kOctetRows];

    // `queries` is the thread's first pair of the group, of the first query.
    __device__ void add(const HeldLanes (&rows)[kOctetRows], const double2* queries) {
#pragma unroll
        for (unsigned q = 0; q < kQueries; ++q) {
            const double2 low = queries[q * kPairs];
            const double2 high = queries[q * kPairs + kOctetThreads];
#pragma unroll
            for (unsigned r = 0; r < kOctetRows; ++r) {
                dots[r][q].of[0] += rows[r].of[0] * low.x;
                dots[r][q].of[1] += rows[r].of[1] * low.y;
                dots[r][q].of[2] += rows[r].of[2] * high.x;
                dots[r][q].of[3] += rows[r].of[3] * high.y;
            }
        }
        if constexpr (kNorms == Norms::fused) {
#pragma unroll
            for (unsigned r = 0; r < kOctetRows; ++r)
                add_products(norms[r], rows[r], rows[r]);
        }
    }
};

// Components [chunk, chunk + kChunk) of the tile's queries, zero where there is none. Thread t of
// an octet finds components 4t, 4t+1 of a group at pair t of it, and 4t+2, 4t+3 at pair 8 + t.
template <unsigned kQueries>
__device__ void stage(const PairTask& task, unsigned query_begin, unsigned chunk, double2* staged) {
    for (unsigned i = threadIdx.x; i < kQueries * kPairs; i += kThreads) {
        const unsigned pair = i % kPairs, query = query_begin + i / kPairs;
        const unsigned component = chunk + 2 * pair;
        const float* const row = task.queries + std::size_t{query} * task.dimension;
        double2 two{0, 0};
        if (query < task.query_count) {
            if (component < task.dimension) two.x = __ldg(row + component);
            if (component + 1 < task.dimension) two.y = __ldg(row + component + 1);
        }
        const unsigned group = pair / (kGroup / 2), within = pair % (kGroup / 2);
        const unsigned place = within % 2 * kOctetThreads + within / 2;
        staged[i - pair + group * (kGroup / 2) + place] = two;
    }
}

// The row that octet row `r` of this thread stands for; neighbouring octets have neighbouring rows.
__device__ unsigned row_of(const RowTile& tile, unsigned r) {
    const unsigned warp = threadIdx.x / kWarpThreads;
    const unsigned octet = threadIdx.x % kWarpThreads / kOctetThreads;
    return tile.row_begin + warp * kWarpRows + r * (kWarpThreads / kOctetThreads) + octet;
}

template <unsigned kQueries, Norms kNorms>
__device__ void write(const PairTask& task, const RowTile& tile,
                      const Sums<kQueries, kNorms>& sums) {
    const unsigned thread = threadIdx.x % kOctetThreads;
#pragma unroll
    for (unsigned r = 0; r < kOctetRows; ++r) {
        const unsigned row = row_of(tile, r);
        const bool is_there = row < tile.row_count;
#pragma unroll
        for (unsigned q = 0; q < kQueries; ++q) {
            const double dot = sum_octet(sums.dots[r][q]);
            const unsigned query = tile.query_begin + q;
            if (is_there && !tile.is_of_queries && thread == q && query < task.query_count)
                task.pairs[std::size_t{query} * task.document_count + row] = dot;
        }
        if constexpr (kNorms == Norms::fused) {
            const double norm2 = sum_octet(sums.norms[r]);
            if (is_there && thread == 0) {
                tile.norms2[row] = norm2;
                if (!is_good_norm2(norm2)) atomicMin(task.first_bad_row, tile.bad_row_offset + row);
            }
        }
    }
}

template <unsigned kQueries, Norms kNorms>
__device__ void sum_tile(const PairTask& task, const RowTile& tile, double2* staged) {
    // Rows on their way at once: a single query leaves bandwidth as the bound, and wants 32 KiB.
    [[maybe_unused]] constexpr unsigned kStepsAhead = kQueries == 1 ? 4 : 2;
    const unsigned dimension = task.dimension, offset = threadIdx.x % kOctetThreads * kHeldLanes;
    const unsigned wide = wide_end(tile.rows, dimension);
    const double2* const own = staged + threadIdx.x % kOctetThreads;
    const bool has_rows =  // the same for the whole warp
        tile.row_begin + threadIdx.x / kWarpThreads * kWarpRows < tile.row_count;
    const float* rows[kOctetRows];
    for (unsigned r = 0; r < kOctetRows; ++r)  // an octet without a row repeats the last one
        rows[r] = tile.rows + std::size_t{min(row_of(tile, r), tile.row_count - 1)} * dimension;

    Sums<kQueries, kNorms> sums;
    for (unsigned chunk = 0; chunk < dimension; chunk += kChunk) {
        __syncthreads();
        stage<kQueries>(task, tile.query_begin, chunk, staged);
        __syncthreads();
        const unsigned end = has_rows ? min(chunk + kChunk, padded(dimension)) : chunk;
        unsigned i = chunk;
        HeldLanes components[kOctetRows];
#pragma unroll kStepsAhead
        for (; i < min(end, wide); i += kGroup) {
            for (unsigned r = 0; r < kOctetRows; ++r)
                components[r] = load_wide(rows[r] + i + offset);
            sums.add(components, own + (i - chunk) / 2);
        }
        for (; i < end; i += kGroup) {
            for (unsigned r = 0; r < kOctetRows; ++r)
                components[r] = load_guarded(rows[r], i + offset, dimension);
            sums.add(components, own + (i - chunk) / 2);
        }
    }
    write(task, tile, sums);
}

__device__ unsigned find_task(const PairTask* tasks, unsigned task_count, unsigned block) {
    unsigned low = 0, high = task_count;
    while (high - low > 1) {
        const unsigned middle = low + (high - low) / 2;
        if (tasks[middle].first_block <= block)
            low = middle;
        else
            high = middle;
    }
    return low;
}

__device__ RowTile tile_of(const PairTask& task, unsigned block) {
    const auto query_tiles = static_cast<unsigned>(blocks_for(task.query_count, kBlockRows));
    if (block < query_tiles)
        return {task.queries, task.query_count, block * kBlockRows, 0, task.query_norms2, 0, true};
    const auto query_blocks = static_cast<unsigned>(blocks_for(task.query_count, kBlockQueries));
    const unsigned index = block - query_tiles;
    return {task.documents,
            task.document_count,
            index / query_blocks * kBlockRows,
            index % query_blocks * kBlockQueries,
            task.document_norms2,
            task.query_count,
            false};
}

__global__ void __launch_bounds__(kThreads, kResidentBlocks)
    overlap_kernel(const PairTable* __restrict__ table) {
    __shared__ double2 staged[kBlockQueries * kPairs];
    if (blockIdx.x >= table->overlap_blocks) return;
    const PairTask task = table->tasks[find_task(table->tasks, table->task_count, blockIdx.x)];
    const RowTile tile = tile_of(task, blockIdx.x - task.first_block);
    if (tile.query_begin > 0)
        sum_tile<kBlockQueries, Norms::known>(task, tile, staged);
    else if (tile.is_of_queries || task.query_count == 1)
        sum_tile<1, Norms::fused>(task, tile, staged);
    else
        sum_tile<kBlockQueries, Norms::fused>(task, tile, staged);
}

}  // namespace

cudaError_t overlap(const PairBatch& batch, cudaStream_t stream) {
    if (batch.task_count == 0) return cudaSuccess;
    if (batch.overlap_blocks > INT_MAX) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(batch.overlap_blocks));
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return cudaLaunchKernelEx(&config, overlap_kernel, batch.table);
}

}  // namespace qr::device
