#include "host/cuda/capture.h"

#include "host/cuda/status.h"

namespace qr::cuda {

Result<GraphExecutable> capture(cudaStream_t stream, const std::function<Result<void>()>& enqueue) {
    if (Result<void> begun =
            checked("cudaStreamBeginCapture",
                    cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
        !begun.ok())
        return begun.error();
    const Result<void> enqueued = enqueue();
    cudaGraph_t captured = nullptr;  // ended whatever happened, or the stream would stay captured
    const cudaError_t status = cudaStreamEndCapture(stream, &captured);
    const Graph graph(captured);
    if (!enqueued.ok()) return enqueued.error();
    if (status != cudaSuccess) return error_of("cudaStreamEndCapture", status);
    return make_executable(graph);
}

}  // namespace qr::cuda
