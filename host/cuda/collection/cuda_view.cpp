#include "host/cuda/collection/cuda_view.h"

#include <algorithm>
#include <bit>
#include <new>
#include <optional>

#include "host/backend/row_fault.h"
#include "host/base/check.h"
#include "host/cuda/collection/search_pass.h"
#include "host/encoding/half.h"

namespace qr::cuda {
namespace {

// The same question that every engine asks: components are float32, their squares add up in double.
std::optional<RowFault> fault_of(std::span<const float> vector, std::size_t row) {
    double norm2 = 0;
    for (const float component : vector)
        norm2 += double{component} * double{component};
    if (is_good_norm2(norm2)) return std::nullopt;
    return find_fault(RowFault::Side::query, row, vector);
}

std::size_t rows_of(const RowMask& mask, const RowMask& in_use) {
    std::size_t rows = 0;
    for (std::size_t word = 0; word < std::min(mask.size(), in_use.size()); ++word)
        rows += static_cast<std::size_t>(std::popcount(mask[word] & in_use[word]));
    return rows;
}

Error no_memory() {
    return {.code = Code::out_of_memory,
            .message = "the search needs more memory than this machine has left"};
}

}  // namespace

Result<std::vector<SearchResult>> CudaView::search(std::span<const SearchQuery> queries) const {
    try {
        std::vector<SearchResult> results(queries.size());
        const std::size_t mask_bytes = mask_words_for(rows_.slots) * sizeof(std::uint32_t);
        for (std::size_t begin = 0; begin < queries.size();) {
            const std::size_t count = queries_of_pass(
                planes_->core.limits(), queries.subspan(begin), rows_.dimension(), mask_bytes);
            auto done = search_some(queries.subspan(begin, count),
                                    std::span(results).subspan(begin, count));
            if (!done.ok()) return done.error();
            begin += count;
        }
        return results;
    } catch (const std::bad_alloc&) {
        return no_memory();
    }
}

// What needs no device is answered here.
Result<void> CudaView::search_some(std::span<const SearchQuery> queries,
                                   std::span<SearchResult> results) const {
    std::vector<const SearchQuery*> asked;
    std::vector<SearchResult*> answers;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const SearchQuery& query = queries[q];
        QR_CHECK(query.mask != nullptr && query.k >= 1 && query.k <= kTopKMax);
        QR_CHECK(query.vector.size() == rows_.dimension());
        SearchResult& result = results[q];
        result.is_dropped = query.claim != nullptr && query.claim->is_dropped();
        if (result.is_dropped) continue;
        result.fault = fault_of(query.vector, 0);
        if (result.fault.has_value()) continue;
        result.rows = q > 0 && query.mask == queries[q - 1].mask && results[q - 1].rows > 0
                          ? results[q - 1].rows
                          : rows_of(*query.mask, *rows_.in_use);
        result.is_exact = result.rows == 0;
        if (result.is_exact) continue;
        asked.push_back(&query);
        answers.push_back(&result);
    }
    if (asked.empty()) return {};
    return planes_->core.on_lane(
        [&](SearchLane& lane) { return SearchPass(lane, rows_, numbers_, asked, answers).run(); });
}

Result<TaskScores> CudaView::score(MatrixView queries, std::span<const Slot> slots,
                                   scoring::Method method) const {
    QR_CHECK(queries.dimension == rows_.dimension());
    try {
        TaskScores scores;
        for (std::size_t q = 0; q < queries.rows && !scores.fault.has_value(); ++q)
            scores.fault = fault_of(queries.row(q), q);
        if (scores.fault.has_value() || slots.empty()) return scores;
        for (const Slot slot : slots)
            QR_CHECK(slot < rows_.slots);
        scores.values.resize(queries.rows * slots.size());
        const LaneLimits& limits = planes_->core.limits();
        const std::size_t step = std::min(limits.queries, limits.query_numbers / rows_.dimension());
        auto done = planes_->core.on_lane([&](SearchLane& lane) -> Result<void> {
            for (std::size_t begin = 0; begin < queries.rows; begin += step) {
                const std::size_t count = std::min(step, queries.rows - begin);
                const MatrixView some{queries.data + begin * queries.dimension, count,
                                      queries.dimension};
                auto scored = score_some(lane, some, slots, method,
                                         std::span(scores.values).subspan(begin * slots.size()));
                if (!scored.ok()) return lane.drain(), scored;
            }
            return {};
        });
        if (!done.ok()) return done.error();
        return scores;
    } catch (const std::bad_alloc&) {
        return no_memory();
    }
}

Result<void> CudaView::score_some(SearchLane& lane, MatrixView queries, std::span<const Slot> slots,
                                  scoring::Method method, std::span<double> values) const {
    std::vector<PassQuery> pass;
    for (std::size_t q = 0; q < queries.rows; ++q)
        pass.push_back({.vector = queries.row(q)});
    if (auto begun = lane.begin(rows_, pass, {}); !begun.ok()) return begun;
    if (auto counted = lane.count(); !counted.ok()) return counted;
    const std::vector<double> norms2(lane.control().norms2.begin(), lane.control().norms2.end());
    for (std::size_t q = 0; q < queries.rows; ++q) {
        for (std::size_t begin = 0; begin < slots.size(); begin += lane.limits().listed) {
            const std::size_t count = std::min(lane.limits().listed, slots.size() - begin);
            const auto listed = lane.rescore(rows_, q, slots.subspan(begin, count));
            if (!listed.ok()) return listed.error();
            for (std::size_t i = 0; i < count; ++i) {
                values[q * slots.size() + begin + i] =
                    scoring::info(method).score({.dot = listed->dots[i],
                                                 .query_norm2 = norms2[q],
                                                 .document_norm2 = listed->norms2[i]});
            }
        }
    }
    return {};
}

Result<void> CudaView::read(Slot slot, std::span<float> row) const {
    QR_CHECK(slot < rows_.slots && row.size() == rows_.dimension());
    return planes_->core.on_lane([&](SearchLane& lane) -> Result<void> {
        const auto bytes = lane.read(rows_, slot);
        if (!bytes.ok()) return lane.drain(), bytes.error();
        widen(rows_.plan.layout.storage, *bytes, row);
        return {};
    });
}

}  // namespace qr::cuda
