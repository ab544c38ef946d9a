#include "host/cuda/collection/pass_plan.h"

#include <algorithm>

#include "host/base/check.h"

namespace qr::cuda {
namespace {

constexpr std::size_t kTileStep = 32;  // rows of a word of a mask

constexpr std::size_t whole_steps(std::size_t rows) {
    return rows / kTileStep * kTileStep;
}

}  // namespace

PassShares shares_of(const LaneLimits& limits, std::size_t queries, std::size_t wanted) {
    const std::size_t capacity = limits.survivors / queries;
    QR_CHECK(capacity >= wanted + kTileStep);
    const std::size_t tile = std::min(limits.tile_overlaps / queries, capacity - wanted);
    QR_CHECK(tile >= kTileStep);
    return {.capacity = capacity, .tile_rows = whole_steps(tile)};
}

std::size_t queries_of_pass(const LaneLimits& limits, std::span<const SearchQuery> queries,
                            std::size_t dimension, std::size_t mask_bytes) {
    std::size_t wanted = 0, masks = 0, count = 0;
    for (; count < std::min(queries.size(), limits.queries); ++count) {
        const std::span before = queries.first(count);
        const bool is_known = std::ranges::any_of(
            before, [&](const SearchQuery& query) { return query.mask == queries[count].mask; });
        masks += is_known ? 0 : 1;
        wanted = std::max(wanted, wanted_for(queries[count].k));
        const std::size_t with_it = count + 1;
        const bool fits = with_it * dimension <= limits.query_numbers &&
                          with_it * wanted <= limits.listed &&
                          with_it * (wanted + kTileStep) <= limits.survivors &&
                          masks * mask_bytes <= limits.mask_bytes;
        if (count > 0 && !fits) break;
    }
    return count;
}

}  // namespace qr::cuda
