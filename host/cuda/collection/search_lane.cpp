#include "host/cuda/collection/search_lane.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "host/cuda/status.h"
#include "kernels/encode.h"
#include "kernels/overlap_tensor.h"
#include "kernels/pair_batch.h"
#include "kernels/rescore_stored.h"

namespace qr::cuda {
namespace {

constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;
// Lists are cut once they have grown to so many times what is wanted: a cut costs some microseconds
// of latency, and a threshold that stands lower lets more rows in.
constexpr std::size_t kCutFactor = 16;

device::MatrixTask shape_of(const TablePlan& plan) {
    return {.dimension = narrow<unsigned>(plan.layout.dimension), .storage = plan.scan_type};
}

}  // namespace

Result<std::unique_ptr<SearchLane>> SearchLane::make(const LaneOptions& options) {
    std::unique_ptr<SearchLane> lane(new SearchLane(options));
    int major = 0;
    if (auto asked = checked(
            "cudaDeviceGetAttribute",
            cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, options.device));
        !asked.ok())
        return asked.error();
    lane->has_tensor_cores_ = major >= 8;
    Result<LaneMemory> memory = LaneMemory::make(options.limits);
    if (!memory.ok()) return memory.error();
    Result<Event> done = make_event();
    if (!done.ok()) return done.error();
    Result<Stream> stream = make_stream();
    if (!stream.ok()) return stream.error();
    lane->memory_ = std::move(*memory);
    lane->done_ = std::move(*done);
    lane->stream_ = std::move(*stream);
    return lane;
}

SearchLane::~SearchLane() {
    drain();
}

// What fails here costs speed alone: the plain kernel takes every task.
void SearchLane::prepare(const TablePlan& plan) {
    if (cublas_.has_value() || options_.cublas_file.empty()) return;
    if (has_tensor_cores_ && device::is_for_tensor_cores(shape_of(plan))) return;
    Result<DeviceMemory> workspace = make_device_memory(kWorkspaceBytes);
    if (!workspace.ok()) return;
    Result<Cublas> opened = Cublas::open({.file = options_.cublas_file,
                                          .stream = stream_.get(),
                                          .workspace = workspace->data(),
                                          .workspace_bytes = kWorkspaceBytes});
    if (!opened.ok()) return;
    workspace_ = std::move(*workspace);
    cublas_ = std::move(*opened);
}

Result<void> SearchLane::begin(const RowsOnDevice& rows, std::span<const PassQuery> queries,
                               std::span<const RowMask* const> masks) {
    QR_CHECK(!queries.empty() && queries.size() <= options_.limits.queries);
    queries_ = queries.size();
    mask_words_ = mask_words_for(rows.slots);
    stride_ = std::ranges::max(queries, {}, &PassQuery::wanted).wanted;
    shares_ = shares_of(options_.limits, queries_, stride_);
    reads_lengths_ = rows.plan.kind == device::ScanKind::same_rows ||
                     std::ranges::any_of(queries, &PassQuery::is_dot);
    peak_rank_ =
        std::ranges::all_of(
            queries, [](const PassQuery& query) { return query.rank == device::Rank::by_score; })
            ? device::Rank::by_score
            : device::Rank::by_magnitude;
    fill_control(queries);
    fill_masks(*rows.in_use, masks);
    if (Result<void> done = upload(rows.dimension(), masks.size()); !done.ok()) return done;
    return encode_queries(rows);
}

void SearchLane::fill_control(std::span<const PassQuery> queries) {
    PassControl& control = *memory_.host().control;
    float* vector = memory_.host().queries;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const PassQuery& query = queries[q];
        control.queries[q] = {
            .mask = query.mask, .wanted = query.wanted, .rank = query.rank, .is_dot = query.is_dot};
        control.thresholds[q] = query.threshold;
        control.counts[q] = 0;
        vector = std::copy(query.vector.begin(), query.vector.end(), vector);
    }
    control.first_bad_row = device::kNoBadRow;
}

// Of the slots in use: another may hold a row that the view does not know.
void SearchLane::fill_masks(const RowMask& in_use, std::span<const RowMask* const> masks) {
    const std::size_t words = mask_words_ / 2;
    QR_CHECK(in_use.size() == words);
    QR_CHECK(masks.size() * mask_words_ * sizeof(std::uint32_t) <= options_.limits.mask_bytes);
    for (std::size_t m = 0; m < masks.size(); ++m) {
        auto* const to = reinterpret_cast<std::uint64_t*>(memory_.host().masks + m * mask_words_);
        const std::size_t known = std::min(words, masks[m]->size());
        for (std::size_t word = 0; word < known; ++word)
            to[word] = (*masks[m])[word] & in_use[word];
        std::fill(to + known, to + words, 0);
    }
}

Result<void> SearchLane::upload(std::size_t dimension, std::size_t masks) {
    auto copied =
        checked("cudaMemcpyAsync",
                cudaMemcpyAsync(memory_.device().control, memory_.host().control,
                                sizeof(PassControl) + queries_ * dimension * sizeof(float),
                                cudaMemcpyHostToDevice, stream_.get()));
    if (!copied.ok() || masks == 0) return copied;
    return checked("cudaMemcpyAsync", cudaMemcpyAsync(memory_.device().masks, memory_.host().masks,
                                                      masks * mask_words_ * sizeof(std::uint32_t),
                                                      cudaMemcpyHostToDevice, stream_.get()));
}

Result<void> SearchLane::encode_queries(const RowsOnDevice& rows) {
    PassControl* const control = memory_.device().control;
    return checked("encode", device::encode({.rows = memory_.device().queries,
                                             .encoded = memory_.encoded(),
                                             .norms2 = control->norms2.data(),
                                             .residuals = control->residuals.data(),
                                             .first_bad_row = &control->first_bad_row,
                                             .row_count = narrow<unsigned>(queries_),
                                             .dimension = narrow<unsigned>(rows.dimension())},
                                            rows.plan.scan_type, stream_.get()));
}

Result<void> SearchLane::restart(std::span<const float> thresholds) {
    QR_CHECK(thresholds.size() == queries_);
    PassControl& control = *memory_.host().control;
    std::ranges::copy(thresholds, control.thresholds.begin());
    std::fill_n(control.counts.begin(), queries_, 0U);
    const std::size_t begin = offsetof(PassControl, thresholds);
    const std::size_t end = offsetof(PassControl, queries);
    return checked("cudaMemcpyAsync",
                   cudaMemcpyAsync(reinterpret_cast<std::byte*>(memory_.device().control) + begin,
                                   reinterpret_cast<const std::byte*>(&control) + begin,
                                   end - begin, cudaMemcpyHostToDevice, stream_.get()));
}

Result<void> SearchLane::scan(const RowsOnDevice& rows, const RowRange& range, Cutting cutting) {
    const device::SegmentSizes& sizes = rows.plan.scan.sizes;
    const std::size_t room = shares_.capacity - shares_.tile_rows;
    const std::size_t limit = std::min(room, kCutFactor * stride_);
    std::size_t tile_rows = shares_.tile_rows;
    if (cutting == Cutting::to_wanted)
        tile_rows = std::min(tile_rows, std::max(options_.limits.first_tile_rows, 4 * stride_));
    for (std::size_t begin = range.begin; begin < range.end;) {
        const auto segment = device::place_of(sizes, narrow<unsigned>(begin)).segment;
        const std::size_t segment_end =
            device::first_row_of(sizes, segment) + device::rows_of(sizes, segment);
        const std::size_t end = std::min({begin + tile_rows / 32 * 32, segment_end, range.end});
        if (auto done = scan_tile(rows, {begin, end}); !done.ok()) return done;
        if (cutting == Cutting::to_wanted) {
            const bool is_first = begin == range.begin;
            if (auto done = cut(is_first ? stride_ : limit); !done.ok()) return done;
        }
        tile_rows = shares_.tile_rows;
        begin = end;
    }
    return {};
}

// Rows behind the last one, of a segment's last word of a mask, are computed and do not count.
Result<void> SearchLane::scan_tile(const RowsOnDevice& rows, const RowRange& tile) {
    const auto place = device::place_of(rows.plan.scan.sizes, narrow<unsigned>(tile.begin));
    const std::byte* const segment = rows.scan_segments[place.segment];
    const std::size_t segment_rows = device::rows_of(rows.plan.scan.sizes, place.segment);
    const auto row_count = narrow<unsigned>((tile.end - tile.begin + 31) / 32 * 32);
    const auto* const lengths =
        reinterpret_cast<const float*>(segment + segment_rows * rows.plan.scan.row_bytes);
    const Result<bool> has_peaks =
        compute_overlaps({.queries = memory_.encoded(),
                          .rows = segment + place.row * rows.plan.scan.row_bytes,
                          .overlaps = memory_.overlaps(),
                          .query_count = narrow<unsigned>(queries_),
                          .row_count = row_count,
                          .dimension = narrow<unsigned>(rows.dimension()),
                          .storage = rows.plan.scan_type});
    if (!has_peaks.ok()) return has_peaks.error();
    const PassControl* const control = memory_.device().control;
    return checked(
        "append_survivors",
        device::append_survivors({.overlaps = memory_.overlaps(),
                                  .peaks = *has_peaks ? memory_.peaks() : nullptr,
                                  .lengths = reads_lengths_ ? lengths + place.row : nullptr,
                                  .masks = memory_.device().masks,
                                  .mask_words = mask_words_,
                                  .queries = control->queries.data(),
                                  .query_residuals = control->residuals.data(),
                                  .lists = lists(),
                                  .row_residual_max = rows.extremes.residual,
                                  .dimension = narrow<unsigned>(rows.dimension()),
                                  .query_count = narrow<unsigned>(queries_),
                                  .first_row = narrow<unsigned>(tile.begin),
                                  .row_count = row_count,
                                  .kind = rows.plan.kind},
                                 stream_.get()));
}

// Whether peaks were written that append_survivors() can use. A pass reads rows as fast as memory
// gives them by the tensor core kernel; cuBLAS is for what that does not take.
Result<bool> SearchLane::compute_overlaps(const device::MatrixTask& task) {
    if (has_tensor_cores_ && device::is_for_tensor_cores(task)) {
        const bool has_peaks = !reads_lengths_;
        const device::MatrixPeaks peaks{.peaks = has_peaks ? memory_.peaks() : nullptr,
                                        .rank = peak_rank_};
        auto done = checked("overlap_tensor", device::overlap_tensor(task, peaks, stream_.get()));
        if (!done.ok()) return done.error();
        return has_peaks;
    }
    auto done = cublas_.has_value()
                    ? cublas_->overlap_matrix(task)
                    : checked("overlap_matrix", device::overlap_matrix(task, stream_.get()));
    if (!done.ok()) return done.error();
    return false;
}

device::SurvivorLists SearchLane::lists() const {
    PassControl* const control = memory_.device().control;
    return {.counts = control->counts.data(),
            .thresholds = control->thresholds.data(),
            .keys = memory_.survivor_keys(),
            .rows = memory_.survivor_rows(),
            .capacity = narrow<unsigned>(shares_.capacity)};
}

device::SelectTask SearchLane::select_task() const {
    return {.queries = memory_.device().control->queries.data(),
            .lists = lists(),
            .ids = memory_.device().ids,
            .keys = memory_.listed_keys(),
            .stride = narrow<unsigned>(stride_),
            .query_count = narrow<unsigned>(queries_)};
}

Result<void> SearchLane::cut(std::size_t limit) {
    device::SelectTask task = select_task();
    task.limit = narrow<unsigned>(limit);
    return checked("cut_survivors", device::cut_survivors(task, stream_.get()));
}

Result<void> SearchLane::list(const RowsOnDevice& rows) {
    auto done = checked("list_survivors", device::list_survivors(select_task(), stream_.get()));
    if (!done.ok()) return done;
    const LaneArrays& from = memory_.device();
    const LaneArrays& to = memory_.host();
    const std::size_t listed = queries_ * stride_;
    if (done = rescore_ids(rows, from.ids, 0, queries_, stride_); !done.ok()) return done;
    if (done = copy_back(to.ids, from.ids, listed * sizeof(unsigned)); !done.ok()) return done;
    if (done = copy_back(to.norms2, from.norms2, listed * sizeof(double)); !done.ok()) return done;
    if (done = copy_back(to.dots, from.dots, listed * sizeof(double)); !done.ok()) return done;
    return count();
}

void SearchLane::drain() noexcept {
    static_cast<void>(cudaStreamSynchronize(stream_.get()));
}

Result<void> SearchLane::count() {
    auto done = copy_back(memory_.host().control, memory_.device().control, sizeof(PassControl));
    return done.ok() ? wait() : done;
}

ListedRows SearchLane::listed(std::size_t query) const {
    const LaneArrays& host = memory_.host();
    const std::size_t begin = query * stride_;
    return {.ids = {host.ids + begin, stride_},
            .dots = {host.dots + begin, stride_},
            .norms2 = {host.norms2 + begin, stride_}};
}

Result<void> SearchLane::rescore_ids(const RowsOnDevice& rows, const unsigned* ids,
                                     std::size_t query, std::size_t queries, std::size_t count) {
    const LaneArrays& device = memory_.device();
    return checked("rescore_stored",
                   device::rescore_stored({.queries = device.queries + query * rows.dimension(),
                                           .rows = rows.truth,
                                           .ids = ids,
                                           .row_norms2 = device.norms2,
                                           .dots = device.dots,
                                           .query_count = narrow<unsigned>(queries),
                                           .id_count = narrow<unsigned>(count),
                                           .dimension = narrow<unsigned>(rows.dimension())},
                                          rows.plan.storage, stream_.get()));
}

Result<ListedRows> SearchLane::rescore_survivors(const RowsOnDevice& rows, std::size_t query,
                                                 std::size_t begin, std::size_t end) {
    QR_CHECK(end - begin <= options_.limits.listed && end <= shares_.capacity);
    const unsigned* const ids = memory_.survivor_rows() + query * shares_.capacity + begin;
    if (auto done = rescore_ids(rows, ids, query, 1, end - begin); !done.ok()) return done.error();
    return download_one(ids, end - begin);
}

Result<ListedRows> SearchLane::rescore(const RowsOnDevice& rows, std::size_t query,
                                       std::span<const Slot> slots) {
    QR_CHECK(!slots.empty() && slots.size() <= options_.limits.listed);
    std::ranges::copy(slots, memory_.host().ids);
    auto done = checked("cudaMemcpyAsync", cudaMemcpyAsync(memory_.device().ids, memory_.host().ids,
                                                           slots.size() * sizeof(unsigned),
                                                           cudaMemcpyHostToDevice, stream_.get()));
    if (!done.ok()) return done.error();
    done = rescore_ids(rows, memory_.device().ids, query, 1, slots.size());
    if (!done.ok()) return done.error();
    return download_one(memory_.device().ids, slots.size());
}

Result<ListedRows> SearchLane::download_one(const unsigned* ids, std::size_t count) {
    const LaneArrays& from = memory_.device();
    const LaneArrays& to = memory_.host();
    auto done = copy_back(to.ids, ids, count * sizeof(unsigned));
    if (done.ok()) done = copy_back(to.norms2, from.norms2, count * sizeof(double));
    if (done.ok()) done = copy_back(to.dots, from.dots, count * sizeof(double));
    if (done.ok()) done = wait();
    if (!done.ok()) return done.error();
    return ListedRows{
        .ids = {to.ids, count}, .dots = {to.dots, count}, .norms2 = {to.norms2, count}};
}

Result<std::span<const std::byte>> SearchLane::read(const RowsOnDevice& rows, Slot slot) {
    const PlanePlan& plan =
        rows.plan.kind == device::ScanKind::same_rows ? rows.plan.scan : rows.plan.truth;
    const auto place = device::place_of(plan.sizes, slot);
    const std::byte* const from = rows.truth_segments[place.segment] + place.row * plan.row_bytes;
    auto* const to = reinterpret_cast<std::byte*>(memory_.host().queries);
    auto done = copy_back(to, from, plan.row_bytes);
    if (done.ok()) done = wait();
    if (!done.ok()) return done.error();
    return std::span<const std::byte>(to, plan.row_bytes);
}

Result<void> SearchLane::copy_back(void* to, const void* from, std::size_t bytes) {
    return checked("cudaMemcpyAsync",
                   cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_.get()));
}

// The thread sleeps meanwhile.
Result<void> SearchLane::wait() {
    auto done = checked("cudaEventRecord", cudaEventRecord(done_.get(), stream_.get()));
    if (!done.ok()) return done;
    return checked("cudaEventSynchronize", cudaEventSynchronize(done_.get()));
}

}  // namespace qr::cuda
