#include "host/cuda/slot.h"

#include <algorithm>
#include <cstring>

#include "host/base/check.h"
#include "host/cuda/capture.h"
#include "host/cuda/status.h"
#include "kernels/overlap.h"
#include "kernels/read_out.h"

namespace qr::cuda {
namespace {

using device::PairBatch;
using device::PairTable;
using device::PairTask;

// Lines of documents that a task's blocks of a graph walk at once; see read_out().
constexpr std::size_t kReadOutBlocksOfAGraph = 4;

}  // namespace

Result<std::unique_ptr<Slot>> Slot::make(const ChunkLimits& limits,
                                         std::span<const std::byte> page_locked) {
    std::unique_ptr<Slot> slot(new Slot(limits, page_locked));
    Result<PinnedMemory> host = make_pinned_memory(slot->shape_.host_bytes);
    if (!host.ok()) return host.error();
    Result<DeviceMemory> device = make_device_memory(slot->shape_.device_bytes);
    if (!device.ok()) return device.error();
    Result<Event> done = make_event();
    if (!done.ok()) return done.error();
    Result<Stream> stream = make_stream();
    if (!stream.ok()) return stream.error();
    slot->host_ = std::move(*host);
    slot->device_ = std::move(*device);
    slot->done_ = std::move(*done);
    slot->stream_ = std::move(*stream);
    return slot;
}

Slot::~Slot() {
    drain();
}

Result<void> Slot::start(const ScoreBatch& batch, scoring::Method method,
                         std::span<const Part> parts, BatchResults& results) {
    QR_CHECK(!is_under_way_);
    std::vector<Part> wanted;
    wanted.reserve(parts.size());
    for (const Part& part : parts) {
        if (results.is_wanted(part.task)) wanted.push_back(part);
    }
    if (wanted.empty()) return {};
    layout_ = lay_out(batch, wanted, shape_, page_locked_);
    copied_ = layout_.staged;
    has_results_ = false;
    const PairBatch tasks = write_tasks();

    is_under_way_ = true;
    if (Result<void> copied = copy_direct(); !copied.ok()) return copied;
    const Result<bool> is_wanted = fill(results);
    if (!is_wanted.ok()) return is_wanted.error();
    if (*is_wanted) {
        if (Result<void> launched = launch(method, tasks); !launched.ok()) return launched;
        has_results_ = true;
    }
    return record();
}

// Table, tasks and bad rows, as they travel behind the vectors.
PairBatch Slot::write_tasks() {
    std::vector<PairTask> tasks = tasks_of(layout_, shape_, device_.data());
    PairBatch batch = device::plan(tasks);
    batch.table = device_table();
    const PairTable table{
        .tasks = reinterpret_cast<const PairTask*>(device_.data() + layout_.tasks),
        .task_count = batch.task_count,
        .overlap_blocks = static_cast<unsigned>(batch.overlap_blocks),
        .strip_blocks = static_cast<unsigned>(batch.strip_blocks)};
    std::memcpy(host_.data() + layout_.tasks, tasks.data(), tasks.size() * sizeof(PairTask));
    std::memcpy(host_.data() + shape_.table, &table, sizeof(table));
    const std::vector<unsigned> none(tasks.size(), device::kNoBadRow);
    std::memcpy(host_.data() + layout_.bad_rows, none.data(), none.size() * sizeof(unsigned));
    return batch;
}

Result<void> Slot::copy_direct() {
    for (const PlacedPart& placed : layout_.parts) {
        for (const PlacedMatrix* const matrix : {&placed.queries, &placed.documents}) {
            if (!matrix->is_direct) continue;
            Result<void> copied =
                checked("cudaMemcpyAsync",
                        cudaMemcpyAsync(device_.data() + matrix->offset, matrix->view.data,
                                        matrix->bytes(), cudaMemcpyHostToDevice, stream_.get()));
            if (!copied.ok()) return copied;
        }
    }
    return {};
}

// Whether any of the parts is wanted at the end.
Result<bool> Slot::fill(BatchResults& results) {
    bool is_any_wanted = false;
    for (const PlacedPart& placed : layout_.parts) {
        const Result<bool> is_wanted = fill_part(placed, results);
        if (!is_wanted.ok()) return is_wanted;
        is_any_wanted = is_any_wanted || *is_wanted;
    }
    return is_any_wanted;
}

// Whether the part was wanted to its end. What is left unfilled holds numbers of another chunk:
// nobody is told of the scores.
Result<bool> Slot::fill_part(const PlacedPart& placed, BatchResults& results) {
    for (const PlacedMatrix* const matrix : {&placed.queries, &placed.documents}) {
        if (matrix->is_direct) continue;
        const auto* const from = reinterpret_cast<const std::byte*>(matrix->view.data);
        for (std::size_t done = 0; done < matrix->bytes();) {
            if (done > 0 && !results.is_wanted(placed.part.task)) return false;
            const std::size_t piece = std::min(matrix->bytes() - done, kPieceBytes);
            std::memcpy(host_.data() + matrix->offset + done, from + done, piece);
            done += piece;
            if (Result<void> flushed = flush(matrix->offset + done); !flushed.ok())
                return flushed.error();
        }
    }
    return true;
}

// What is staged up to `end` is filled: copies it, if it is worth a copy.
Result<void> Slot::flush(std::size_t end) {
    if (end < copied_ + kPieceBytes) return {};
    Result<void> copied = upload(copied_, end);
    copied_ = end;
    return copied;
}

Result<void> Slot::launch(scoring::Method method, const PairBatch& batch) {
    if (const GraphExecutable* const graph = graph_for(method, batch); graph != nullptr)
        return checked("cudaGraphLaunch", cudaGraphLaunch(graph->get(), stream_.get()));
    if (Result<void> copied = upload(copied_, shape_.origin); !copied.ok()) return copied;
    return compute_and_download(method, batch, layout_.parts.size(), layout_.pairs);
}

Result<void> Slot::upload(std::size_t begin, std::size_t end) {
    return checked("cudaMemcpyAsync",
                   cudaMemcpyAsync(device_.data() + begin, host_.data() + begin, end - begin,
                                   cudaMemcpyHostToDevice, stream_.get()));
}

Result<void> Slot::compute_and_download(scoring::Method method, const PairBatch& batch,
                                        std::size_t tasks, std::size_t pairs) {
    if (Result<void> done = checked("overlap", device::overlap(batch, stream_.get())); !done.ok())
        return done;
    if (Result<void> done = checked("read_out", device::read_out(method, batch, stream_.get()));
        !done.ok())
        return done;
    const std::size_t begin = shape_.origin - tasks * sizeof(unsigned);
    return checked("cudaMemcpyAsync",
                   cudaMemcpyAsync(host_.data() + begin, device_.data() + begin,
                                   tasks * sizeof(unsigned) + pairs * sizeof(double),
                                   cudaMemcpyDeviceToHost, stream_.get()));
}

Result<void> Slot::record() {
    return checked("cudaEventRecord", cudaEventRecord(done_.get(), stream_.get()));
}

Result<void> Slot::wait() {
    return checked("cudaEventSynchronize", cudaEventSynchronize(done_.get()));
}

Result<void> Slot::finish(BatchResults& results) {
    if (!is_under_way_) return {};
    if (Result<void> waited = wait(); !waited.ok()) return waited;
    is_under_way_ = false;
    if (!has_results_) return {};
    const auto* const pairs = reinterpret_cast<const double*>(host_.data() + shape_.origin);
    const auto* const bad_rows = reinterpret_cast<const unsigned*>(host_.data() + layout_.bad_rows);
    for (std::size_t i = 0; i < layout_.parts.size(); ++i) {
        const PlacedPart& placed = layout_.parts[i];
        results.take(
            placed.part,
            {pairs + placed.first_pair, placed.part.query_count * placed.part.document_count},
            bad_rows[i]);
    }
    return {};
}

void Slot::drain() noexcept {
    if (!is_under_way_) return;
    static_cast<void>(cudaStreamSynchronize(stream_.get()));
    is_under_way_ = false;
}

Result<void> Slot::copy_all() {
    is_under_way_ = true;
    if (Result<void> copied = upload(0, shape_.origin); !copied.ok()) return copied;
    if (Result<void> recorded = record(); !recorded.ok()) return recorded;
    Result<void> waited = wait();
    is_under_way_ = !waited.ok();
    return waited;
}

Result<void> Slot::set_launching(Launching launching) {
    QR_CHECK(!is_under_way_);
    launching_ = launching;
    if (launching == Launching::direct || graphs_[0][0]) return {};
    for (const scoring::MethodInfo& info : scoring::kMethods) {
        GraphsOfAMethod& graphs = graphs_[static_cast<std::size_t>(info.method)];
        for (std::size_t i = 0; i < kBuckets.size(); ++i) {
            Result<GraphExecutable> graph = capture(info.method, kBuckets[i]);
            if (!graph.ok()) return graph.error();
            graphs[i] = std::move(*graph);
        }
    }
    return {};
}

Result<GraphExecutable> Slot::capture(scoring::Method method, const Bucket& bucket) {
    const PairBatch batch{.table = device_table(),
                          .task_count = static_cast<unsigned>(bucket.tasks),
                          .overlap_blocks = bucket.overlap_blocks,
                          .read_out_blocks = kReadOutBlocksOfAGraph};
    return cuda::capture(stream_.get(), [&] {
        Result<void> enqueued = upload(shape_.origin - bucket.upload_bytes, shape_.origin);
        if (!enqueued.ok()) return enqueued;
        return compute_and_download(method, batch, bucket.tasks, bucket.pairs);
    });
}

// Null: the chunk travels by calls of its own. Once a piece is on its way it does not fit any
// more, and what lies in page-locked memory needs no filling, which a graph's copy would read.
const GraphExecutable* Slot::graph_for(scoring::Method method, const PairBatch& batch) const {
    if (launching_ == Launching::direct || copied_ != layout_.begin) return nullptr;
    for (std::size_t i = 0; i < kBuckets.size(); ++i) {
        const Bucket& bucket = kBuckets[i];
        if (shape_.origin - layout_.begin <= bucket.upload_bytes &&
            layout_.parts.size() <= bucket.tasks && batch.overlap_blocks <= bucket.overlap_blocks &&
            layout_.pairs <= bucket.pairs)
            return &graphs_[static_cast<std::size_t>(method)][i];
    }
    return nullptr;
}

const PairTable* Slot::device_table() const {
    return reinterpret_cast<const PairTable*>(device_.data() + shape_.table);
}

}  // namespace qr::cuda
