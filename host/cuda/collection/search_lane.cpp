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

// Lists are cut once they have grown to so many times what is wanted: a cut costs some microseconds
// of latency, and a threshold that stands lower lets more rows in.
constexpr std::size_t kCutFactor = 16;

}  // namespace

Result<std::unique_ptr<SearchLane>> SearchLane::make(const LaneOptions& options) {
    Result<TileOverlaps> overlaps = TileOverlaps::make(options.device, options.cublas_file);
    if (!overlaps.ok()) return overlaps.error();
    std::unique_ptr<SearchLane> lane(new SearchLane(options, std::move(*overlaps)));
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

void SearchLane::prepare(const TablePlan& plan) {
    tile_overlaps_.prepare(plan, stream_.get());
}

void SearchLane::open_pass(const RowsOnDevice& rows, std::span<const PassQuery> queries,
                           const PassShape& shape) {
    QR_CHECK(!queries.empty() && queries.size() <= shape.queries &&
             shape.queries <= options_.limits.queries);
    queries_ = queries.size();
    shape_ = shape;
    mask_words_ = mask_words_for(rows.slots);
    shares_ = shares_of(options_.limits, shape.queries, shape.wanted);
    reads_lengths_ = rows.plan.kind == device::ScanKind::same_rows ||
                     std::ranges::any_of(queries, &PassQuery::is_dot);
    peak_rank_ =
        std::ranges::all_of(
            queries, [](const PassQuery& query) { return query.rank == device::Rank::by_score; })
            ? device::Rank::by_score
            : device::Rank::by_magnitude;
    fill_control(queries, rows.dimension());
}

Result<void> SearchLane::begin(const RowsOnDevice& rows, std::span<const PassQuery> queries,
                               std::span<const RowMask* const> masks) {
    open_pass(rows, queries, shape_of(queries));
    fill_masks(*rows.in_use, masks);
    auto done =
        checked("cudaMemcpyAsync",
                cudaMemcpyAsync(memory_.device().control, memory_.host().control,
                                sizeof(PassControl) + queries_ * rows.dimension() * sizeof(float),
                                cudaMemcpyHostToDevice, stream_.get()));
    if (done.ok()) done = upload_masks(masks.size());
    return done.ok() ? encode_queries(rows) : done;
}

// Of places without a query nothing survives, and nothing is wanted.
void SearchLane::fill_control(std::span<const PassQuery> queries, std::size_t dimension) {
    PassControl& control = *memory_.host().control;
    float* vector = memory_.host().queries;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const PassQuery& query = queries[q];
        control.queries[q] = {
            .mask = query.mask, .wanted = query.wanted, .rank = query.rank, .is_dot = query.is_dot};
        control.thresholds[q] = query.threshold;
        vector = std::copy(query.vector.begin(), query.vector.end(), vector);
    }
    std::fill_n(vector, (shape_.queries - queries.size()) * dimension, 0.0F);
    std::fill_n(control.counts.begin(), shape_.queries, 0U);
    std::fill(control.queries.begin() + static_cast<std::ptrdiff_t>(queries.size()),
              control.queries.end(), device::ScanQuery{.wanted = 1});
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

Result<void> SearchLane::upload_masks(std::size_t masks) {
    if (masks == 0) return {};
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
                                             .row_count = narrow<unsigned>(shape_.queries),
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

std::vector<ScanTile> SearchLane::tiles_for(const RowsOnDevice& rows, const RowRange& range,
                                            Cutting cutting) const {
    std::size_t first = shares_.tile_rows;
    if (cutting == Cutting::to_wanted)
        first = std::min(first, std::max(options_.limits.first_tile_rows, 4 * shape_.wanted));
    return tiles_of(rows.plan.scan.sizes, range, first, shares_.tile_rows);
}

// The first tile's survivors are cut whatever they are: from then on there is a threshold.
std::size_t SearchLane::cut_limit(const ScanTile& tile) const {
    if (tile.rows.begin == 0) return shape_.wanted;
    return std::min(shares_.capacity - shares_.tile_rows, kCutFactor * shape_.wanted);
}

Result<void> SearchLane::scan(const RowsOnDevice& rows, const RowRange& range, Cutting cutting) {
    for (const ScanTile& tile : tiles_for(rows, range, cutting)) {
        if (auto done = scan_tile(rows, tile.rows); !done.ok()) return done;
        if (cutting == Cutting::never) continue;
        if (auto done = cut(cut_limit(tile)); !done.ok()) return done;
    }
    return {};
}

Result<void> SearchLane::scan_tile(const RowsOnDevice& rows, const RowRange& tile) {
    const device::MatrixTask task = overlap_task(rows, tile);
    if (auto done = tile_overlaps_.compute(task, peaks_for(task), stream_.get()); !done.ok())
        return done;
    return checked("append_survivors",
                   device::append_survivors(append_task(rows, tile), stream_.get()));
}

// Rows behind the last one, of a segment's last word of a mask, are computed and do not count.
device::MatrixTask SearchLane::overlap_task(const RowsOnDevice& rows, const RowRange& tile) const {
    const auto place = device::place_of(rows.plan.scan.sizes, narrow<unsigned>(tile.begin));
    return {.queries = memory_.encoded(),
            .rows = rows.scan_segments[place.segment] + place.row * rows.plan.scan.row_bytes,
            .overlaps = memory_.overlaps(),
            .query_count = narrow<unsigned>(queries_),
            .row_count = narrow<unsigned>((tile.end - tile.begin + 31) / 32 * 32),
            .dimension = narrow<unsigned>(rows.dimension()),
            .storage = rows.plan.scan_type};
}

// Peaks that append_survivors() can use; none where lengths count.
device::MatrixPeaks SearchLane::peaks_for(const device::MatrixTask& task) const {
    const bool has_peaks = tile_overlaps_.is_by_tensor_cores(task) && !reads_lengths_;
    return {.peaks = has_peaks ? memory_.peaks() : nullptr, .rank = peak_rank_};
}

device::AppendTask SearchLane::append_task(const RowsOnDevice& rows, const RowRange& tile) const {
    const device::MatrixTask overlaps = overlap_task(rows, tile);
    const auto place = device::place_of(rows.plan.scan.sizes, narrow<unsigned>(tile.begin));
    const std::size_t segment_rows = device::rows_of(rows.plan.scan.sizes, place.segment);
    const auto* const lengths = reinterpret_cast<const float*>(
        rows.scan_segments[place.segment] + segment_rows * rows.plan.scan.row_bytes);
    const PassControl* const control = memory_.device().control;
    return {.overlaps = overlaps.overlaps,
            .peaks = peaks_for(overlaps).peaks,
            .lengths = reads_lengths_ ? lengths + place.row : nullptr,
            .masks = memory_.device().masks,
            .mask_words = mask_words_,
            .queries = control->queries.data(),
            .query_residuals = control->residuals.data(),
            .lists = lists(),
            .row_residual_max = rows.extremes.residual,
            .dimension = overlaps.dimension,
            .query_count = overlaps.query_count,
            .first_row = narrow<unsigned>(tile.begin),
            .row_count = overlaps.row_count,
            .kind = rows.plan.kind};
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
            .stride = narrow<unsigned>(shape_.wanted),
            .query_count = narrow<unsigned>(shape_.queries)};
}

Result<void> SearchLane::cut(std::size_t limit) {
    device::SelectTask task = select_task();
    task.limit = narrow<unsigned>(limit);
    return checked("cut_survivors", device::cut_survivors(task, stream_.get()));
}

Result<void> SearchLane::list(const RowsOnDevice& rows) {
    auto done = checked("list_survivors", device::list_survivors(select_task(), stream_.get()));
    if (done.ok()) done = rescore_ids(rows, memory_.device().ids, 0, shape_);
    if (done.ok()) done = copy_listed_back();
    return done.ok() ? wait() : done;
}

// And what control() tells.
Result<void> SearchLane::copy_listed_back() {
    const LaneArrays& from = memory_.device();
    const LaneArrays& to = memory_.host();
    const std::size_t listed = shape_.queries * shape_.wanted;
    auto done = copy_back(to.ids, from.ids, listed * sizeof(unsigned));
    if (done.ok()) done = copy_back(to.norms2, from.norms2, listed * sizeof(double));
    if (done.ok()) done = copy_back(to.dots, from.dots, listed * sizeof(double));
    return done.ok() ? copy_back(to.control, from.control, sizeof(PassControl)) : done;
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
    const std::size_t begin = query * shape_.wanted;
    return {.ids = {host.ids + begin, shape_.wanted},
            .dots = {host.dots + begin, shape_.wanted},
            .norms2 = {host.norms2 + begin, shape_.wanted}};
}

device::StoredRescoreTask SearchLane::rescore_task(const RowsOnDevice& rows, const unsigned* ids,
                                                   std::size_t query,
                                                   const PassShape& shape) const {
    const LaneArrays& device = memory_.device();
    return {.queries = device.queries + query * rows.dimension(),
            .rows = rows.truth,
            .ids = ids,
            .row_norms2 = device.norms2,
            .dots = device.dots,
            .query_count = narrow<unsigned>(shape.queries),
            .id_count = narrow<unsigned>(shape.wanted),
            .dimension = narrow<unsigned>(rows.dimension())};
}

Result<void> SearchLane::rescore_ids(const RowsOnDevice& rows, const unsigned* ids,
                                     std::size_t query, const PassShape& shape) {
    return checked("rescore_stored", device::rescore_stored(rescore_task(rows, ids, query, shape),
                                                            rows.plan.storage, stream_.get()));
}

Result<ListedRows> SearchLane::rescore_survivors(const RowsOnDevice& rows, std::size_t query,
                                                 std::size_t begin, std::size_t end) {
    QR_CHECK(end - begin <= options_.limits.listed && end <= shares_.capacity);
    const unsigned* const ids = memory_.survivor_rows() + query * shares_.capacity + begin;
    if (auto done = rescore_ids(rows, ids, query, {1, end - begin}); !done.ok())
        return done.error();
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
    done = rescore_ids(rows, memory_.device().ids, query, {1, slots.size()});
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
