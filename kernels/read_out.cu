// Scores in place of inner products, a kernel for each method.
//
// Threads: blockIdx.y is the task; its blocks along x walk the lines of 256 documents of one query,
// a document a thread.
// Layout: neighbouring threads read and write neighbouring pairs; the query's norm is one for all.
// Bound: bandwidth, 24 bytes a pair, mostly out of the L2 cache, where overlap() has just put them.
// Never built with -use_fast_math, -prec-div=false or -prec-sqrt=false: the scores are the CPU's to
// the bit. No functor multiplies and then adds, so fusing has nothing to change either.
#include "kernels/read_out.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>

#include "kernels/cuda/in_turn.h"

namespace qr::device {
namespace {

constexpr std::size_t kBlocksMax = 1024;  // of a task: some for each multiprocessor of any device

template <class Pipeline>
__device__ double value_of(const scoring::InnerProducts& sums) {
    const double overlap = Pipeline::reduce::reduce(Pipeline::encode::overlap(sums));
    if constexpr (kIsExactOnDevice<typename Pipeline::read_out>)
        return Pipeline::read_out::read_out(overlap);
    else
        return overlap;
}

template <class Pipeline>
__global__ void __launch_bounds__(kReadOutDocuments)
    read_out_kernel(const PairTable* __restrict__ table) {
    QR_AWAIT_TURN();
    if (blockIdx.y >= table->task_count) return;
    const PairTask task = table->tasks[blockIdx.y];
    const std::size_t lines_of_query = blocks_for(task.document_count, kReadOutDocuments);
    const std::size_t lines = task.query_count * lines_of_query;
    for (std::size_t line = blockIdx.x; line < lines; line += gridDim.x) {
        const std::size_t query = line / lines_of_query;
        const std::size_t document = line % lines_of_query * kReadOutDocuments + threadIdx.x;
        if (document >= task.document_count) continue;
        double& pair = task.pairs[query * task.document_count + document];
        pair = value_of<Pipeline>({.dot = pair,
                                   .query_norm2 = task.query_norms2[query],
                                   .document_norm2 = task.document_norms2[document]});
    }
}

}  // namespace

cudaError_t read_out(scoring::Method method, const PairBatch& batch, cudaStream_t stream) {
    if (batch.task_count == 0) return cudaSuccess;
    if (batch.task_count > kReadOutTasksMax) return cudaErrorInvalidConfiguration;
    cudaLaunchConfig_t config{};
    config.gridDim =
        dim3(static_cast<unsigned>(std::min(batch.read_out_blocks, kBlocksMax)), batch.task_count);
    config.blockDim = dim3(kReadOutDocuments);
    config.stream = stream;
    return scoring::visit(method, [&](auto pipeline) {
        return launch_in_turn(config, read_out_kernel<decltype(pipeline)>, batch.table);
    });
}

}  // namespace qr::device
