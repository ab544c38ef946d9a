// Streams, events and host functions.
#include "tests/support/emulation/handles.h"
#include "tests/support/emulation/reports.h"

namespace qr::emulation {
namespace {

// For what a stream in capture must not be asked.
cudaError_t refuse_capturing(cudaStream_t stream) {
    const Lock lock(handles().mutex);
    if (stream == nullptr) return refuse_in_capture();
    if (stream->capture == nullptr) return cudaSuccess;
    stream->capture->is_void = true;
    return cudaErrorStreamCaptureUnsupported;
}

cudaError_t create_stream(cudaStream_t* stream, unsigned flags) {
    const Lock lock(handles().mutex);
    return keep(stream, CUstream_st{current_device(),
                                    make_queue((flags & cudaStreamNonBlocking) == 0), nullptr});
}

cudaError_t create_event(cudaEvent_t* event, unsigned flags) {
    const Lock lock(handles().mutex);
    return keep(
        event, CUevent_st{(flags & cudaEventDisableTiming) == 0, {}, nullptr, nullptr, nullptr, 0});
}

cudaError_t record(cudaEvent_t event, cudaStream_t stream) {
    if (!is_live(event) || !is_stream(stream)) return cudaErrorInvalidResourceHandle;
    const Lock lock(handles().mutex);
    event->capture = stream == nullptr ? nullptr : stream->capture;
    if (event->capture != nullptr) {
        event->captured_in = stream;
        event->captured_at = event->capture->branches[stream].captured;
        return cudaSuccess;
    }
    event->time = std::make_shared<Clock::time_point>();
    if (stream == nullptr) {
        finish_queues(Which::kThoseOfTheNullStream);
        *event->time = Clock::now();
        event->point = {};
        return cudaSuccess;
    }
    event->point = push(stream->queue, {[time = event->time] { *time = Clock::now(); }, {}});
    return cudaSuccess;
}

cudaError_t wait(cudaStream_t stream, cudaEvent_t event) {
    if (!is_live(event) || !is_stream(stream)) return cudaErrorInvalidResourceHandle;
    const Lock lock(handles().mutex);
    if (stream == nullptr) {
        finish(event->point);
        return cudaSuccess;
    }
    if (stream->capture != nullptr || event->capture != nullptr)
        return wait_in_capture(stream, event);
    push(stream->queue, {{}, event->point});
    return cudaSuccess;
}

cudaError_t synchronise_event(cudaEvent_t event) {
    if (!is_live(event)) return cudaErrorInvalidResourceHandle;
    if (event->capture != nullptr) return cudaErrorCapturedEvent;
    finish(event->point);
    return device_error();
}

cudaError_t query(const Point& point) {
    if (is_passed(point)) return device_error();
    advance_once(point);
    return cudaErrorNotReady;
}

cudaError_t elapsed(float* milliseconds, cudaEvent_t start, cudaEvent_t stop) {
    if (!is_live(start) || !is_live(stop) || !start->has_time || !stop->has_time ||
        start->time == nullptr || stop->time == nullptr)
        return cudaErrorInvalidResourceHandle;
    if (!is_passed(start->point) || !is_passed(stop->point)) return cudaErrorNotReady;
    *milliseconds = std::chrono::duration<float, std::milli>(*stop->time - *start->time).count();
    return cudaSuccess;
}

}  // namespace

Handles& handles() {
    static Handles& handles = *new Handles;
    return handles;
}

cudaError_t enqueue(Work work, cudaStream_t stream) {
    if (!is_stream(stream)) return cudaErrorInvalidResourceHandle;
    if (stream == nullptr) {
        if (const cudaError_t code = refuse_in_capture(); code != cudaSuccess) return code;
        finish_queues(Which::kThoseOfTheNullStream);
        if (device_error() == cudaSuccess) work();
        return cudaSuccess;
    }
    std::unique_lock lock(handles().mutex);
    if (stream->capture != nullptr) {
        stream->capture->work.push_back(std::move(work));
        ++stream->capture->branches[stream].captured;
        return cudaSuccess;
    }
    const auto queue = stream->queue;
    lock.unlock();
    push(queue, {std::move(work), {}});
    return cudaSuccess;
}

cudaError_t synchronise(cudaStream_t stream) {
    if (!is_stream(stream)) return cudaErrorInvalidResourceHandle;
    if (const cudaError_t code = refuse_capturing(stream); code != cudaSuccess) return code;
    if (stream == nullptr)
        finish_queues(Which::kThoseOfTheNullStream);
    else
        finish(end_of(stream->queue));
    return device_error();
}

int device_of(cudaStream_t stream) {
    return stream == nullptr || !is_live(stream) ? current_device() : stream->device;
}

std::size_t live_streams() {
    const Lock lock(handles().mutex);
    return handles().live.size();
}

}  // namespace qr::emulation

namespace em = qr::emulation;

extern "C" {

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
    return em::call(__func__, [&] { return em::create_stream(stream, cudaStreamDefault); });
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    return em::call(__func__, [&] { return em::create_stream(stream, flags); });
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
    return em::call(__func__, [&] { return em::create_stream(stream, flags); });
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    // Without `call`: what an error left behind can still be given back. Its work goes on.
    if (stream != nullptr && em::is_live(stream)) em::finish(em::end_of(stream->queue));
    return em::note(em::destroy(stream));
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    return em::call(__func__, [&] { return em::synchronise(stream); });
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
    return em::call(__func__, [&] {
        if (stream == nullptr || !em::is_live(stream)) return cudaErrorInvalidResourceHandle;
        const cudaError_t code = em::refuse_capturing(stream);
        return code != cudaSuccess ? code : em::query(em::end_of(stream->queue));
    });
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    return em::call(__func__, [&] { return em::wait(stream, event); });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    return em::call(__func__, [&] {
        return em::enqueue(
            [=] {
                const em::InHostFunction here;
                function(data);
            },
            stream);
    });
}

cudaError_t cudaDeviceSynchronize() {
    return em::call(__func__, [&] {
        if (const cudaError_t code = em::refuse_in_capture(); code != cudaSuccess) return code;
        em::finish_queues(em::Which::kAll);
        return em::device_error();
    });
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
    return em::call(__func__, [&] { return em::create_event(event, cudaEventDefault); });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
    return em::call(__func__, [&] { return em::create_event(event, flags); });
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    return em::note(em::destroy(event));
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    return em::call(__func__, [&] { return em::record(event, stream); });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    return em::call(__func__, [&] { return em::synchronise_event(event); });
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
    return em::call(__func__, [&] {
        if (!em::is_live(event)) return cudaErrorInvalidResourceHandle;
        return event->capture != nullptr ? cudaErrorCapturedEvent : em::query(event->point);
    });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t stop) {
    return em::call(__func__, [&] { return em::elapsed(milliseconds, start, stop); });
}

}  // extern "C"
