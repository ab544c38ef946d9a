// Overlaps of all queries with all rows in single precision, in tiles of shared memory.
//
// Threads: a block has a tile of 128 rows against 64 queries, or 32 where there are no more; a warp
// 64 rows by 32 queries of it; a thread 8 by 8, as two groups of four rows 32 apart and two groups
// of four queries 16 apart.
// Layout: 32 bytes of each row at a time pass through shared memory, two buffers of at most 12 KiB:
// while one step is multiplied out of one, the next is on its way through registers to the other;
// one barrier a step. Numbers are widened once and stored component by component, a row's place
// turned by swizzled(), so that neither these stores nor the 16-byte loads of the products collide
// in a bank. Blocks that share rows are neighbours: all but the first find them in the L2 cache.
// Bound: the rate of single-precision multiply-adds, 64 for each four 16-byte loads of shared
// memory, 11 for each byte of global memory (float32). Fewer than 32 queries cost as much as 32, so
// that bandwidth never binds; a task of fewer tiles than the device has multiprocessors leaves the
// others idle.
#include "kernels/overlap_matrix.h"

#include <cuda_runtime.h>

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/cuda/in_turn.h"
#include "kernels/row_lanes.cuh"
#include "kernels/stored.cuh"

namespace qr::device {
namespace {

constexpr unsigned kTileRows = 128;
constexpr unsigned kWarpRows = 64;
constexpr unsigned kWarpQueries = 32;
constexpr unsigned kGroups = 2;  // of four rows, and of four queries, that a thread has
constexpr unsigned kFour = 4;
constexpr unsigned kSums = kGroups * kFour;
constexpr unsigned kLanesAlongRows = 8;
constexpr unsigned kLanesAlongQueries = kWarpThreads / kLanesAlongRows;
constexpr unsigned kWarpsAlongRows = kTileRows / kWarpRows;

constexpr unsigned kNarrowQueries = 32;
constexpr unsigned kWideQueries = 64;

struct alignas(16) Four {
    float of[kFour];
};

// How rows may be read: 16 bytes at a time, or number by number.
enum class Rows { aligned, anywhere };

// What one load brings of a row.
template <class Stored>
constexpr unsigned kPieceNumbers = sizeof(uint4) / sizeof(Stored);
constexpr unsigned kRowPieces = 2;  // of a step: a sector of global memory

// Components in shared memory.
template <class Stored>
constexpr unsigned kStep = kPieceNumbers<Stored>* kRowPieces;

template <class Stored, unsigned kQueries>
struct alignas(16) Tile {
    float rows[kStep<Stored> * kTileRows];  // [component, row], rows in swizzled places
    float queries[kStep<Stored> * kQueries];
};

// The pieces of a row, stored by neighbouring lanes, fall into different banks; four neighbouring
// rows stay neighbours.
template <class Stored>
__device__ constexpr unsigned swizzled(unsigned row, unsigned component) {
    return row ^ component / kPieceNumbers<Stored> * (kWarpThreads / kRowPieces);
}

// One side's share of a step, on its way from global to shared memory.
template <class Stored, Rows kAt, unsigned kRows, unsigned kBlockThreads>
class Passage {
  public:
    __device__ Passage(const void* matrix, unsigned first_row, unsigned row_count,
                       unsigned dimension)
        : first_(static_cast<const Stored*>(matrix) + std::size_t{first_row} * dimension),
          last_row_(row_count - 1 - first_row),
          dimension_(dimension) {}
    // Components past the end count as zero; rows past the last as that one again.
    __device__ void load(unsigned step) {
        const unsigned component = step + component_of();
#pragma unroll
        for (unsigned i = 0; i < kPieces; ++i) {
            const Stored* const from = first_ + min(row_of(i), last_row_) * dimension_ + component;
            pieces_[i] = {0, 0, 0, 0};
            if constexpr (kAt == Rows::aligned) {
                if (component < dimension_)
                    pieces_[i] = __ldg(reinterpret_cast<const uint4*>(from));
            } else {
                Stored held[kHeld] = {};
#pragma unroll
                for (unsigned c = 0; c < kHeld; ++c) {
                    if (component + c < dimension_) held[c] = __ldg(from + c);
                }
                memcpy(&pieces_[i], held, sizeof held);
            }
        }
    }
    __device__ void store(float* tile) const {
#pragma unroll
        for (unsigned i = 0; i < kPieces; ++i) {
            Stored held[kHeld];
            memcpy(static_cast<void*>(held), &pieces_[i], sizeof held);
#pragma unroll
            for (unsigned c = 0; c < kHeld; ++c) {
                const unsigned component = component_of() + c;
                tile[component * kRows + swizzled<Stored>(row_of(i), component)] = widen(held[c]);
            }
        }
    }

  private:
    static constexpr unsigned kHeld = kPieceNumbers<Stored>;
    static constexpr unsigned kPieces = kRows * kRowPieces / kBlockThreads;
    static_assert(kPieces * kBlockThreads == kRows * kRowPieces);

    static __device__ unsigned component_of() {
        return threadIdx.x % kRowPieces * kHeld;
    }
    static __device__ unsigned row_of(unsigned i) {
        return (threadIdx.x + i * kBlockThreads) / kRowPieces;
    }

    const Stored* first_;  // row of the tile
    unsigned last_row_;    // counted from there
    unsigned dimension_;
    uint4 pieces_[kPieces];  // numbers as they were stored
};

// The products of one thread: its first row and query of the tile, and the running sums.
template <class Stored, unsigned kQueries>
struct Products {
    unsigned row, query;
    float sums[kSums][kSums] = {};  // [query, row]

    __device__ Products() {
        const unsigned lane = threadIdx.x % kWarpThreads, warp = threadIdx.x / kWarpThreads;
        row = warp % kWarpsAlongRows * kWarpRows + lane % kLanesAlongRows * kFour;
        query = warp / kWarpsAlongRows * kWarpQueries + lane / kLanesAlongRows * kFour;
    }
    __device__ unsigned row_of(unsigned i) const {
        return row + i / kFour * kLanesAlongRows * kFour + i % kFour;
    }
    __device__ unsigned query_of(unsigned i) const {
        return query + i / kFour * kLanesAlongQueries * kFour + i % kFour;
    }
    __device__ void add(const Tile<Stored, kQueries>& tile) {
#pragma unroll
        for (unsigned component = 0; component < kStep<Stored>; ++component) {
            Four rows[kGroups], queries[kGroups];
#pragma unroll
            for (unsigned g = 0; g < kGroups; ++g) {
                const unsigned r = swizzled<Stored>(row_of(g * kFour), component);
                const unsigned q = swizzled<Stored>(query_of(g * kFour), component);
                rows[g] = *reinterpret_cast<const Four*>(tile.rows + component * kTileRows + r);
                queries[g] =
                    *reinterpret_cast<const Four*>(tile.queries + component * kQueries + q);
            }
#pragma unroll
            for (unsigned q = 0; q < kSums; ++q) {
#pragma unroll
                for (unsigned r = 0; r < kSums; ++r) {
                    sums[q][r] = __fmaf_rn(queries[q / kFour].of[q % kFour],
                                           rows[r / kFour].of[r % kFour], sums[q][r]);
                }
            }
        }
    }
};

template <class Stored, unsigned kQueries>
__device__ void write(const MatrixTask& task, const Products<Stored, kQueries>& products,
                      unsigned first_row, unsigned first_query) {
    const bool is_wide =
        task.row_count % kFour == 0 && reinterpret_cast<std::uintptr_t>(task.overlaps) % 16 == 0;
#pragma unroll
    for (unsigned q = 0; q < kSums; ++q) {
        const unsigned query = first_query + products.query_of(q);
        if (query >= task.query_count) continue;
        float* const line = task.overlaps + std::size_t{query} * task.row_count;
#pragma unroll
        for (unsigned g = 0; g < kSums; g += kFour) {
            const unsigned row = first_row + products.row_of(g);
            const float* const sums = &products.sums[q][g];
            if (is_wide && row < task.row_count)
                *reinterpret_cast<Four*>(line + row) = {sums[0], sums[1], sums[2], sums[3]};
            for (unsigned r = 0; r < kFour && !is_wide; ++r) {
                if (row + r < task.row_count) line[row + r] = sums[r];
            }
        }
    }
}

template <unsigned kQueries>
constexpr unsigned kThreads = kWarpsAlongRows*(kQueries / kWarpQueries) * kWarpThreads;

// Resident on a multiprocessor at once: what the registers are held to.
template <Rows kAt, unsigned kQueries>
constexpr unsigned kResidentBlocks = kAt == Rows::anywhere ? 1 : (kQueries == kWideQueries ? 3 : 4);

template <class Stored, Rows kAt, unsigned kQueries, class Held>
__global__ void __launch_bounds__(kThreads<kQueries>, kResidentBlocks<kAt, kQueries>)
    overlap_matrix_kernel(Held held) {
    QR_AWAIT_TURN();
    const auto& task = task_of(held);
    __shared__ Tile<Stored, kQueries> tiles[2];
    const unsigned query_tiles = (task.query_count - 1) / kQueries + 1;
    const unsigned first_row = blockIdx.x / query_tiles * kTileRows;
    const unsigned first_query = blockIdx.x % query_tiles * kQueries;
    if (first_row >= task.row_count) return;  // the whole block
    Passage<Stored, kAt, kTileRows, kThreads<kQueries>> rows(task.rows, first_row, task.row_count,
                                                             task.dimension);
    Passage<Stored, kAt, kQueries, kThreads<kQueries>> queries(task.queries, first_query,
                                                               task.query_count, task.dimension);
    Products<Stored, kQueries> products;
    const bool has_work = first_row + products.row < task.row_count &&
                          first_query + products.query < task.query_count;

    rows.load(0);
    queries.load(0);
    unsigned filled = 0;
    for (unsigned step = 0; step < task.dimension; step += kStep<Stored>, filled = 1 - filled) {
        // Whoever still multiplies does so out of the other buffer.
        rows.store(tiles[filled].rows);
        queries.store(tiles[filled].queries);
        __syncthreads();
        if (step + kStep<Stored> < task.dimension) {
            rows.load(step + kStep<Stored>);
            queries.load(step + kStep<Stored>);
        }
        if (has_work) products.add(tiles[filled]);
    }
    write(task, products, first_row, first_query);
}

template <class Stored, Rows kAt, unsigned kQueries, class Held>
cudaError_t launch(const MatrixTask& most, const Held& held, cudaStream_t stream) {
    const std::size_t row_tiles = (std::size_t{most.row_count} - 1) / kTileRows + 1;
    const std::size_t query_tiles = (std::size_t{most.query_count} - 1) / kQueries + 1;
    if (row_tiles * query_tiles > INT_MAX) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(row_tiles * query_tiles));
    config.blockDim = dim3(kThreads<kQueries>);
    config.stream = stream;
    return launch_in_turn(config, overlap_matrix_kernel<Stored, kAt, kQueries, Held>, held);
}

template <class Stored, Rows kAt, class Held>
cudaError_t launch(const MatrixTask& most, const Held& held, cudaStream_t stream) {
    return most.query_count <= kNarrowQueries
               ? launch<Stored, kAt, kNarrowQueries>(most, held, stream)
               : launch<Stored, kAt, kWideQueries>(most, held, stream);
}

bool is_aligned(const void* address) {
    return reinterpret_cast<std::uintptr_t>(address) % 16 == 0;
}

template <class Held>
cudaError_t launch_any(const MatrixTask& most, const Held& held, cudaStream_t stream) {
    if (most.query_count == 0 || most.row_count == 0) return cudaSuccess;
    return visit(most.storage, [&](auto stored) {
        using Stored = decltype(stored);
        const bool whole_pieces = most.dimension % kPieceNumbers<Stored> == 0;
        return whole_pieces && is_aligned(most.queries) && is_aligned(most.rows)
                   ? launch<Stored, Rows::aligned>(most, held, stream)
                   : launch<Stored, Rows::anywhere>(most, held, stream);
    });
}

}  // namespace

cudaError_t overlap_matrix(const MatrixTask& task, cudaStream_t stream) {
    return launch_any(task, task, stream);
}

cudaError_t overlap_matrix(const DeferredTask<MatrixTask>& task, cudaStream_t stream) {
    return launch_any(task.most, task.task, stream);
}

}  // namespace qr::device
