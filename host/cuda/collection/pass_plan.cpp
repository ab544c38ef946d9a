#include "host/cuda/collection/pass_plan.h"

#include <algorithm>
#include <array>
#include <bit>

#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr::cuda {
namespace {

constexpr std::size_t kTileStep = 32;  // rows of a word of a mask

constexpr std::size_t whole_steps(std::size_t rows) {
    return rows / kTileStep * kTileStep;
}

// The overlap kernels' own sizes, and one query, which spares most of the smallest.
constexpr std::array<std::size_t, 5> kQueryBuckets = {1, 8, 16, 32, kSearchQueriesMax};

}  // namespace

PassShares shares_of(const LaneLimits& limits, std::size_t queries, std::size_t wanted) {
    const std::size_t capacity = limits.survivors / queries;
    QR_CHECK(capacity >= wanted + kTileStep);
    const std::size_t tile = std::min(limits.tile_overlaps / queries, capacity - wanted);
    QR_CHECK(tile >= kTileStep);
    return {.capacity = capacity, .tile_rows = whole_steps(tile)};
}

std::optional<PassShape> graph_shape_of(const LaneLimits& limits, const PassShape& needed,
                                        std::size_t dimension) {
    const std::size_t wanted = std::bit_ceil(needed.wanted);
    const auto bucket = std::ranges::lower_bound(kQueryBuckets, needed.queries);
    QR_CHECK(bucket != kQueryBuckets.end());
    const std::size_t queries =
        std::min({*bucket, limits.queries, limits.query_numbers / dimension, limits.listed / wanted,
                  limits.survivors / (wanted + kTileStep)});
    if (queries < needed.queries) return std::nullopt;
    return PassShape{.queries = queries, .wanted = wanted};
}

std::vector<ScanTile> tiles_of(const device::SegmentSizes& sizes, const RowRange& range,
                               std::size_t first_tile_rows, std::size_t tile_rows) {
    std::vector<ScanTile> tiles;
    std::size_t step = whole_steps(first_tile_rows);
    for (std::size_t begin = range.begin; begin < range.end; begin = tiles.back().rows.end) {
        const auto segment = device::place_of(sizes, narrow<unsigned>(begin)).segment;
        const std::size_t segment_end =
            device::first_row_of(sizes, segment) + device::rows_of(sizes, segment);
        const std::size_t end = std::min(begin + step, segment_end);
        tiles.push_back({.rows = {begin, std::min(end, range.end)}, .rows_max = end - begin});
        step = whole_steps(tile_rows);
    }
    return tiles;
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
