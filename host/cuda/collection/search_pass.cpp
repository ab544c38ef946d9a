#include "host/cuda/collection/search_pass.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/base/check.h"
#include "host/base/narrow.h"
#include "kernels/rescore_stored.h"

namespace qr::cuda {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity();

// Not above it by a rounding of the few operations that led to it.
double surely(double overlap) {
    return overlap - std::fabs(overlap) * 0x1p-40;
}

// The greatest float32 that is not above.
float rounded_down(double value) {
    if (value < -double{std::numeric_limits<float>::max()}) return kNone;
    if (value > double{std::numeric_limits<float>::max()}) return std::numeric_limits<float>::max();
    const auto nearest = static_cast<float>(value);
    return nearest > value ? std::nextafter(nearest, kNone) : nearest;
}

device::Rank rank_of(scoring::Method method) {
    return ranks_by_magnitude(method) ? device::Rank::by_magnitude : device::Rank::by_score;
}

}  // namespace

SearchPass::SearchPass(SearchLane& lane, const RowsOnDevice& rows, const RowNumbers& numbers,
                       std::span<const SearchQuery* const> queries,
                       std::span<SearchResult* const> results)
    : lane_(lane), rows_(rows), numbers_(numbers) {
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const SearchQuery& query = *queries[q];
        auto mask = std::ranges::find(masks_, query.mask);
        if (mask == masks_.end()) mask = masks_.insert(mask, query.mask);
        queries_.push_back({.search = &query,
                            .result = results[q],
                            .pass = {.vector = query.vector,
                                     .mask = narrow<unsigned>(mask - masks_.begin()),
                                     .wanted = narrow<unsigned>(wanted_for(query.k)),
                                     .rank = rank_of(query.method),
                                     .is_dot = query.method == scoring::Method::dot,
                                     .threshold = kNone},
                            .best = BestHits(query.k, query.method)});
    }
}

Result<void> SearchPass::run() {
    Result<void> done = run_pass();
    if (!done.ok()) lane_.drain();
    return done;
}

Result<void> SearchPass::run_pass() {
    std::vector<Query*> all, unproven;
    for (Query& query : queries_)
        all.push_back(&query);
    if (auto done = lane_.search(rows_, pass_of(all), masks_); !done.ok()) return done;
    for (std::size_t q = 0; q < all.size(); ++q) {
        all[q]->norm2 = lane_.control().norms2[q];
        take(*all[q], lane_.listed(q));
        if (!is_proven(*all[q], q)) unproven.push_back(all[q]);
        finish(*all[q], q);
    }
    if (!unproven.empty()) {
        if (auto done = exhaust(unproven); !done.ok()) return done;
    }
    for (Query& query : queries_)
        query.result->hits = std::move(query.best).take();
    return {};
}

std::vector<PassQuery> SearchPass::pass_of(std::span<Query* const> queries) {
    std::vector<PassQuery> pass;
    for (const Query* const query : queries)
        pass.push_back(query->pass);
    return pass;
}

void SearchPass::take(Query& query, const ListedRows& rows) {
    for (std::size_t i = 0; i < rows.ids.size(); ++i) {
        if (rows.ids[i] == device::kNoId) break;
        query.best.offer(
            rows.ids[i], numbers_.of(rows.ids[i]),
            {.dot = rows.dots[i], .query_norm2 = query.norm2, .document_norm2 = rows.norms2[i]});
        ++query.result->rescored;
    }
}

// A threshold that was never raised left nothing out.
bool SearchPass::is_proven(Query& query, std::size_t place) {
    const float threshold = lane_.control().thresholds[place];
    return threshold == kNone || surely(query.best.bar()) > threshold;
}

void SearchPass::finish(Query& query, std::size_t place) {
    const double of_overlap = device::key_bound(lane_.control().residuals[place],
                                                rows_.extremes.residual, rows_.dimension());
    const double scale =
        query.pass.is_dot ? std::sqrt(query.norm2) * double{rows_.extremes.length} : 1;
    query.result->bound = of_overlap * scale;
    query.result->is_exact = true;
}

// From here on the rows that were rescored before are met again: they start anew.
Result<void> SearchPass::exhaust(std::span<Query* const> queries) {
    for (Query* const query : queries) {
        query->pass.threshold = rounded_down(surely(query->best.bar()));
        query->pass.wanted = 1;
        query->best = BestHits(query->search->k, query->search->method);
        query->result->rescored = 0;
        ++query->result->retries;
    }
    if (auto done = lane_.begin(rows_, pass_of(queries), masks_); !done.ok()) return done;
    const std::size_t step = lane_.capacity() / 32 * 32;
    for (std::size_t begin = 0; begin < rows_.slots; begin += step) {
        const RowRange range{begin, std::min(begin + step, rows_.slots)};
        if (auto done = exhaust_range(queries, range); !done.ok()) return done;
    }
    return {};
}

Result<void> SearchPass::exhaust_range(std::span<Query* const> queries, const RowRange& range) {
    std::vector<float> thresholds;
    for (Query* const query : queries) {
        query->pass.threshold =
            std::max(query->pass.threshold, rounded_down(surely(query->best.bar())));
        thresholds.push_back(query->pass.threshold);
    }
    if (auto done = lane_.restart(thresholds); !done.ok()) return done;
    if (auto done = lane_.scan(rows_, range, Cutting::never); !done.ok()) return done;
    if (auto done = lane_.count(); !done.ok()) return done;
    const std::vector<unsigned> counts(
        lane_.control().counts.begin(),
        lane_.control().counts.begin() + static_cast<std::ptrdiff_t>(queries.size()));
    for (std::size_t q = 0; q < queries.size(); ++q) {
        QR_CHECK(counts[q] <= lane_.capacity());
        const std::size_t step = lane_.limits().listed;
        for (std::size_t begin = 0; begin < counts[q]; begin += step) {
            const auto listed = lane_.rescore_survivors(
                rows_, q, begin, std::min<std::size_t>(begin + step, counts[q]));
            if (!listed.ok()) return listed.error();
            take(*queries[q], *listed);
        }
    }
    return {};
}

}  // namespace qr::cuda
