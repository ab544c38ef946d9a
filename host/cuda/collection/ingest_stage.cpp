#include "host/cuda/collection/ingest_stage.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/cuda/status.h"
#include "kernels/math/amplitude.h"

namespace qr::cuda {

Result<std::unique_ptr<IngestStage>> IngestStage::make(std::size_t half_bytes) {
    std::unique_ptr<IngestStage> stage(new IngestStage);
    stage->half_bytes_ =
        std::max(half_bytes, (math::kDimensionMax + 1) * sizeof(float)) / 256 * 256 + 256;
    Result<PinnedMemory> host = make_pinned_memory(2 * stage->half_bytes_);
    if (!host.ok()) return host.error();
    Result<DeviceMemory> device = make_device_memory(2 * stage->half_bytes_);
    if (!device.ok()) return device.error();
    Result<Stream> stream = make_stream();
    if (!stream.ok()) return stream.error();
    for (std::size_t i = 0; i < 2; ++i) {
        Result<Event> done = make_event();
        if (!done.ok()) return done.error();
        stage->halves_[i] = {.host = host->data() + i * stage->half_bytes_,
                             .device = device->data() + i * stage->half_bytes_,
                             .done = std::move(*done)};
    }
    stage->host_ = std::move(*host);
    stage->device_ = std::move(*device);
    stage->stream_ = std::move(*stream);
    return stage;
}

IngestStage::~IngestStage() {
    static_cast<void>(cudaStreamSynchronize(stream_.get()));
}

// A row and its slot, side by side in two arrays.
std::size_t IngestStage::rows_of_half(std::size_t dimension) const {
    return half_bytes_ / (dimension * sizeof(float) + sizeof(Slot));
}

Result<void> IngestStage::ingest(const MatrixView& rows, std::span<const Slot> slots,
                                 const Target& target) {
    QR_CHECK(rows.rows == slots.size());
    const std::size_t step = rows_of_half(rows.dimension);
    Result<void> done;
    for (std::size_t begin = 0, turn = 0; done.ok() && begin < rows.rows; begin += step) {
        const std::size_t count = std::min(step, rows.rows - begin);
        const MatrixView some{rows.data + begin * rows.dimension, count, rows.dimension};
        done = ingest_some(halves_[turn++ % 2], some, slots.subspan(begin, count), target);
    }
    for (Half& half : halves_) {
        if (done.ok()) done = wait(half);
    }
    if (!done.ok()) {
        static_cast<void>(cudaStreamSynchronize(stream_.get()));
        for (Half& half : halves_)
            half.is_under_way = false;
    }
    return done;
}

Result<void> IngestStage::ingest_some(Half& half, const MatrixView& rows,
                                      std::span<const Slot> slots, const Target& target) {
    if (auto waited = wait(half); !waited.ok()) return waited;
    const std::size_t row_bytes = rows.rows * rows.dimension * sizeof(float);
    std::memcpy(half.host, rows.data, row_bytes);
    std::memcpy(half.host + row_bytes, slots.data(), slots.size_bytes());
    half.is_under_way = true;
    auto done = checked("cudaMemcpyAsync",
                        cudaMemcpyAsync(half.device, half.host, row_bytes + slots.size_bytes(),
                                        cudaMemcpyHostToDevice, stream_.get()));
    if (!done.ok()) return done;
    done =
        checked("ingest",
                device::ingest({.rows = reinterpret_cast<const float*>(half.device),
                                .slots = reinterpret_cast<const unsigned*>(half.device + row_bytes),
                                .truth = target.truth,
                                .scan = target.scan,
                                .extremes = target.extremes,
                                .row_count = narrow<unsigned>(rows.rows),
                                .dimension = narrow<unsigned>(rows.dimension),
                                .kind = target.plan->kind},
                               target.plan->storage, target.plan->scan_type, stream_.get()));
    if (!done.ok()) return done;
    return checked("cudaEventRecord", cudaEventRecord(half.done.get(), stream_.get()));
}

Result<void> IngestStage::wait(Half& half) {
    if (!half.is_under_way) return {};
    auto waited = checked("cudaEventSynchronize", cudaEventSynchronize(half.done.get()));
    half.is_under_way = !waited.ok();
    return waited;
}

}  // namespace qr::cuda
