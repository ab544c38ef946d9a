// Capture and graphs.
//
// A graph is the list of what was captured, in the order of capture: any such order respects the
// dependencies. Forks and joins through events are checked, not exploited.
#include <algorithm>

#include "tests/support/emulation/handles.h"
#include "tests/support/emulation/reports.h"

namespace qr::emulation {
namespace {

cudaError_t begin_capture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    if (stream == nullptr) return cudaErrorStreamCaptureUnsupported;
    if (!is_live(stream)) return cudaErrorInvalidResourceHandle;
    const Lock lock(handles().mutex);
    if (stream->capture != nullptr) return cudaErrorIllegalState;
    stream->capture = std::make_shared<Capture>();
    stream->capture->origin = stream;
    stream->capture->mode = mode;
    handles().captures.push_back(stream->capture);
    return cudaSuccess;
}

cudaError_t judge(const Capture& capture, cudaStream_t ended_in) {
    if (capture.is_void) return cudaErrorStreamCaptureInvalidated;
    if (capture.origin != ended_in) return cudaErrorStreamCaptureUnmatched;
    if (capture.mode != cudaStreamCaptureModeRelaxed &&
        capture.thread != std::this_thread::get_id())
        return cudaErrorStreamCaptureWrongThread;
    for (const auto& [stream, branch] : capture.branches) {
        if (stream != capture.origin && branch.joined < branch.captured)
            return cudaErrorStreamCaptureUnjoined;
    }
    return cudaSuccess;
}

cudaError_t end_capture(cudaStream_t stream, cudaGraph_t* graph) {
    if (stream == nullptr || !is_live(stream)) return cudaErrorInvalidResourceHandle;
    const Lock lock(handles().mutex);
    if (stream->capture == nullptr) return cudaErrorIllegalState;
    const std::shared_ptr<Capture> capture = stream->capture;
    *graph = nullptr;
    const cudaError_t verdict = judge(*capture, stream);
    if (verdict == cudaErrorStreamCaptureUnmatched || verdict == cudaErrorStreamCaptureWrongThread)
        return verdict;
    std::erase(handles().captures, capture);
    capture->has_ended = true;
    stream->capture = nullptr;
    for (const auto& [branch, unused] : capture->branches) {
        if (is_live(branch)) branch->capture = nullptr;
    }
    return verdict != cudaSuccess ? verdict : keep(graph, CUgraph_st{capture->work});
}

}  // namespace

// The waiting stream joins the event's capture, and what the event follows counts as joined.
cudaError_t wait_in_capture(cudaStream_t stream, cudaEvent_t event) {
    if (event->capture == nullptr) return cudaErrorStreamCaptureIsolation;
    if (event->capture->has_ended) return cudaErrorCapturedEvent;
    if (stream->capture != nullptr && stream->capture != event->capture)
        return cudaErrorStreamCaptureMerge;
    stream->capture = event->capture;
    ++event->capture->branches[stream].captured;
    Branch& joined = event->capture->branches[event->captured_in];
    joined.joined = std::max(joined.joined, event->captured_at);
    return cudaSuccess;
}

cudaError_t refuse_in_capture() {
    const Lock lock(handles().mutex);
    cudaError_t code = cudaSuccess;
    for (const auto& capture : handles().captures) {
        const bool is_own = capture->thread == std::this_thread::get_id();
        if (capture->mode == cudaStreamCaptureModeGlobal ||
            (capture->mode == cudaStreamCaptureModeThreadLocal && is_own)) {
            capture->is_void = true;
            code = cudaErrorStreamCaptureUnsupported;
        }
    }
    return code;
}

}  // namespace qr::emulation

namespace em = qr::emulation;

extern "C" {

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    return em::call(__func__, [&] { return em::begin_capture(stream, mode); });
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    return em::call(__func__, [&] { return em::end_capture(stream, graph); });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
    return em::call(__func__, [&] {
        if (!em::is_stream(stream)) return cudaErrorInvalidResourceHandle;
        const bool is_capturing = stream != nullptr && stream->capture != nullptr;
        *status = !is_capturing              ? cudaStreamCaptureStatusNone
                  : stream->capture->is_void ? cudaStreamCaptureStatusInvalidated
                                             : cudaStreamCaptureStatusActive;
        return cudaSuccess;
    });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
    return em::call(__func__, [&] {
        if (!em::is_live(graph)) return cudaErrorInvalidValue;
        const em::Lock lock(em::handles().mutex);
        return em::keep(executable,
                        CUgraphExec_st{std::make_shared<std::vector<em::Work>>(graph->work)});
    });
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t) {
    return em::call(__func__, [&] {
        return em::is_live(executable) ? cudaSuccess : cudaErrorInvalidResourceHandle;
    });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
    return em::call(__func__, [&] {
        if (!em::is_live(executable)) return cudaErrorInvalidResourceHandle;
        return em::enqueue(
            [work = executable->work] {
                for (const em::Work& step : *work) {
                    if (em::device_error() == cudaSuccess) step();
                }
            },
            stream);
    });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    return em::note(em::destroy(graph));
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
    return em::note(em::destroy(executable));
}

}  // extern "C"
