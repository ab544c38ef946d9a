#include "host/cuda/handles.h"

#include <string>

#include "host/cuda/status.h"

namespace qr::cuda {
namespace {

Error no_memory(const char* call, std::size_t bytes, cudaError_t status) {
    Error error = error_of(call, status);
    error.message += "; asked for " + std::to_string(bytes) + " bytes";
    return error;
}

}  // namespace

Result<Stream> make_stream() {
    cudaStream_t stream = nullptr;
    const cudaError_t status = cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);
    if (status != cudaSuccess) return error_of("cudaStreamCreateWithFlags", status);
    return Stream(stream);
}

Result<Event> make_event() {
    cudaEvent_t event = nullptr;
    const cudaError_t status =
        cudaEventCreateWithFlags(&event, cudaEventBlockingSync | cudaEventDisableTiming);
    if (status != cudaSuccess) return error_of("cudaEventCreateWithFlags", status);
    return Event(event);
}

Result<DeviceMemory> make_device_memory(std::size_t bytes) {
    void* data = nullptr;
    const cudaError_t status = cudaMalloc(&data, bytes);
    if (status != cudaSuccess) return no_memory("cudaMalloc", bytes, status);
    return DeviceMemory(data, bytes);
}

Result<PinnedMemory> make_pinned_memory(std::size_t bytes) {
    void* data = nullptr;
    const cudaError_t status = cudaHostAlloc(&data, bytes, cudaHostAllocPortable);
    if (status != cudaSuccess) return no_memory("cudaHostAlloc", bytes, status);
    return PinnedMemory(data, bytes);
}

Result<GraphExecutable> make_executable(const Graph& graph) {
    cudaGraphExec_t executable = nullptr;
    const cudaError_t status = cudaGraphInstantiate(&executable, graph.get(), 0);
    if (status != cudaSuccess) return error_of("cudaGraphInstantiate", status);
    return GraphExecutable(executable);
}

}  // namespace qr::cuda
