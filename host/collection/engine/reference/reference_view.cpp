#include "host/collection/engine/reference/reference_view.h"

#include <algorithm>
#include <new>

#include "host/backend/reference/reference_backend.h"
#include "host/base/check.h"

namespace qr {
namespace {

Error no_memory() {
    return {.code = Code::out_of_memory,
            .message = "the search needs more memory than this machine has left"};
}

bool comes_before(const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.number < b.number;
}

}  // namespace

std::vector<Slot> ReferenceView::slots_of(const RowMask& mask) const {
    std::vector<Slot> slots;
    for (Slot slot = 0; slot < rows_.size() && slot / 64 < mask.size(); ++slot) {
        if ((mask[slot / 64] >> (slot % 64) & 1) != 0 && rows_[slot] != nullptr)
            slots.push_back(slot);
    }
    return slots;
}

Result<TaskScores> ReferenceView::score_rows(MatrixView queries, std::span<const Slot> slots,
                                             scoring::Method method, const Claim* claim) const {
    std::vector<float> documents;
    documents.reserve(slots.size() * dimension_);
    for (const Slot slot : slots) {
        QR_CHECK(slot < rows_.size() && rows_[slot] != nullptr);
        documents.insert(documents.end(), rows_[slot]->values.begin(), rows_[slot]->values.end());
    }
    ScoreBatch batch;
    // The caller keeps the claim alive until this returns, as it keeps the query.
    batch.tasks.push_back({.queries = queries,
                           .documents = {documents.data(), slots.size(), dimension_},
                           .method = method,
                           .claim = std::shared_ptr<const Claim>(std::shared_ptr<void>(), claim)});
    auto scores = ReferenceBackend().score(batch);
    if (!scores.ok()) return scores.error();
    return std::move(scores->tasks.front());
}

Result<SearchResult> ReferenceView::search_one(const SearchQuery& query) const {
    QR_CHECK(query.mask != nullptr && query.k >= 1 && query.k <= kTopKMax);
    QR_CHECK(query.vector.size() == dimension_);
    const std::vector<Slot> slots = slots_of(*query.mask);
    const MatrixView vector{query.vector.data(), 1, dimension_};
    auto scores = score_rows(vector, slots, query.method, query.claim);
    if (!scores.ok()) return scores.error();
    if (scores->is_dropped) return SearchResult{.is_dropped = true};
    if (scores->fault) return SearchResult{.fault = scores->fault};
    SearchResult result{.is_exact = true, .rows = slots.size(), .rescored = slots.size()};
    for (std::size_t i = 0; i < slots.size(); ++i)
        result.hits.push_back({slots[i], rows_[slots[i]]->number, scores->values[i]});
    std::sort(result.hits.begin(), result.hits.end(), comes_before);
    result.hits.resize(std::min(result.hits.size(), query.k));
    return result;
}

Result<std::vector<SearchResult>> ReferenceView::search(
    std::span<const SearchQuery> queries) const {
    try {
        std::vector<SearchResult> results;
        for (const SearchQuery& query : queries) {
            auto result = search_one(query);
            if (!result.ok()) return result.error();
            results.push_back(std::move(*result));
        }
        return results;
    } catch (const std::bad_alloc&) {
        return no_memory();
    }
}

Result<TaskScores> ReferenceView::score(MatrixView queries, std::span<const Slot> slots,
                                        scoring::Method method) const {
    QR_CHECK(queries.dimension == dimension_);
    try {
        return score_rows(queries, slots, method, nullptr);
    } catch (const std::bad_alloc&) {
        return no_memory();
    }
}

Result<void> ReferenceView::read(Slot slot, std::span<float> row) const {
    QR_CHECK(slot < rows_.size() && rows_[slot] != nullptr && row.size() == dimension_);
    std::copy(rows_[slot]->values.begin(), rows_[slot]->values.end(), row.begin());
    return {};
}

}  // namespace qr
