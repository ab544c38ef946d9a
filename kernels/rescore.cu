// Rows by id against their query in double precision, bit-identical to the CPU's.
//
// Threads: an octet (row_lanes.cuh) an item, a warp four, a block 16. The items of a query are its
// ids and, behind them, the query itself, whose norm is thus taken once.
// Layout: a step of an octet is one 128-byte line of the row and one of the query; the octets of a
// warp mostly share the query, which stays in the L1 cache. Four steps are loaded ahead.
// Bound: bandwidth of scattered rows, 4 bytes a component; on devices with 1/64 of their rate in
// double precision that rate, two multiply-adds a component.
#include "kernels/rescore.h"

#include <cuda_runtime.h>

#include <climits>
#include <cmath>
#include <cstddef>

#include "kernels/cuda/in_turn.h"
#include "kernels/row_lanes.cuh"

namespace qr::device {
namespace {

constexpr unsigned kThreads = 128;
constexpr unsigned kBlockItems = kThreads / kOctetThreads;

struct Item {
    std::size_t query;
    std::size_t place;  // in the lists of all queries
    const float* row;   // null: there is none
    bool is_query;
};

__device__ Item item_of(const RescoreTask& task, std::size_t index) {
    const std::size_t query = index / (task.id_count + std::size_t{1});
    const std::size_t at = index % (task.id_count + std::size_t{1});
    const std::size_t place = query * task.id_count + at;
    if (at == task.id_count) return {query, place, task.queries + query * task.dimension, true};
    const std::size_t id = task.ids[place];
    const float* const row = id < task.row_count ? task.rows + id * task.dimension : nullptr;
    return {query, place, row, false};
}

__device__ void write(const RescoreTask& task, const Item& item, double dot, double norm2) {
    if (item.is_query) {
        task.query_norms2[item.query] = norm2;
        return;
    }
    task.dots[item.place] = item.row != nullptr ? dot : NAN;
    task.row_norms2[item.place] = item.row != nullptr ? norm2 : NAN;
}

__global__ void __launch_bounds__(kThreads) rescore_kernel(RescoreTask task) {
    QR_AWAIT_TURN();
    const std::size_t own = blockIdx.x * std::size_t{kBlockItems} + threadIdx.x / kOctetThreads;
    const std::size_t items = task.query_count * (task.id_count + std::size_t{1});
    const bool is_there = own < items;
    const Item item = item_of(task, is_there ? own : items - 1);  // sums need whole warps
    const float* const query = task.queries + item.query * task.dimension;
    const float* const row = item.row != nullptr ? item.row : query;
    const unsigned wide =
        min(wide_end(task.queries, task.dimension), wide_end(task.rows, task.dimension));

    HeldLanes dots, norms;
    over_groups(
        task.dimension, wide,
        [&](const HeldLanes& left, const HeldLanes& right) {
            add_products(dots, left, right);
            add_products(norms, right, right);
        },
        query, row);
    const double dot = sum_octet(dots), norm2 = sum_octet(norms);
    if (is_there && threadIdx.x % kOctetThreads == 0) write(task, item, dot, norm2);
}

}  // namespace

cudaError_t rescore(const RescoreTask& task, cudaStream_t stream) {
    if (task.query_count == 0) return cudaSuccess;
    const std::size_t items = task.query_count * (task.id_count + std::size_t{1});
    const std::size_t blocks = (items - 1) / kBlockItems + 1;
    if (blocks > INT_MAX) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim = dim3(static_cast<unsigned>(blocks));
    config.blockDim = dim3(kThreads);
    config.stream = stream;
    return launch_in_turn(config, rescore_kernel, task);
}

}  // namespace qr::device
