// How much a lane searches at once: what its memory is, and how a pass shares it out.
//
// Pure. A pass is up to 64 queries that go over the rows together, tile by tile; a tile's overlaps
// stay in the L2 cache. No tile has more rows than a list of survivors has room for beside those
// that were wanted from the tiles before: a list never overflows, in whatever order rows come.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "host/collection/engine/collection_engine.h"
#include "kernels/segments.h"

namespace qr::cuda {

struct LaneLimits {
    std::size_t queries = kSearchQueriesMax;           // of a pass
    std::size_t query_numbers = std::size_t{1} << 18;  // their components, 64 of dimension 4096
    std::size_t tile_overlaps = std::size_t{6} << 20;  // 24 MiB: half of a large device's L2 cache
    std::size_t survivors = std::size_t{1} << 23;      // of all queries
    std::size_t listed = std::size_t{1} << 19;         // survivors that are rescored at once
    std::size_t mask_bytes = std::size_t{32} << 20;    // a bit a slot: 2^28 in a table
    // The first tile, from which the threshold of the second comes; more than the wanted survivors.
    std::size_t first_tile_rows = 4096;
    // Forms of searches that a lane keeps graphs for (search_graphs.h), of some hundred KB each. A
    // table that is searched in every way has a dozen. 0: none.
    std::size_t graphs = 64;
};

// Tiles of a search that goes by a graph. What has more takes long enough for its launches not to
// count: at 64 queries of dimension 768 it reads 4 GB.
inline constexpr std::size_t kGraphTilesMax = 32;

// Survivors that are kept of a query that wants the k best: the bound of float16 lets hardly more
// than twice as many pass, that of bfloat16 more.
constexpr std::size_t wanted_for(std::size_t k) {
    constexpr std::size_t kLeast = 64, kMost = std::size_t{1} << 15;
    const std::size_t wanted = 4 * k < kLeast ? kLeast : 4 * k;
    return wanted < kMost ? wanted : kMost;
}
static_assert(wanted_for(kTopKMax) >= 2 * kTopKMax);

// How a pass of so many queries shares a lane's memory.
struct PassShares {
    std::size_t capacity = 0;   // of a list of survivors
    std::size_t tile_rows = 0;  // a multiple of 32
};
PassShares shares_of(const LaneLimits& limits, std::size_t queries, std::size_t wanted);

// What a pass has room for.
struct PassShape {
    std::size_t queries = 0;
    std::size_t wanted = 0;  // of each
    friend bool operator==(const PassShape&, const PassShape&) = default;
};
// The shape of the graphs that serve such a pass: a few sizes of either, within what the lane's
// memory allows. None: it does not allow one that is large enough.
std::optional<PassShape> graph_shape_of(const LaneLimits& limits, const PassShape& needed,
                                        std::size_t dimension);

struct RowRange {
    std::size_t begin = 0, end = 0;
    friend bool operator==(const RowRange&, const RowRange&) = default;
};

// Rows that are scanned at once: of one segment, none of another tile.
struct ScanTile {
    RowRange rows;
    std::size_t rows_max = 0;  // that the tile would have if the table had more, whole steps of 32
    friend bool operator==(const ScanTile&, const ScanTile&) = default;
};
std::vector<ScanTile> tiles_of(const device::SegmentSizes& sizes, const RowRange& range,
                               std::size_t first_tile_rows, std::size_t tile_rows);

// How many of the queries, from the first on, fit a pass; their masks are counted where they are
// not the same. At least one does, whatever it needs.
std::size_t queries_of_pass(const LaneLimits& limits, std::span<const SearchQuery> queries,
                            std::size_t dimension, std::size_t mask_bytes);

// Words of 32 bits of a mask of so many slots, even, so that a word of a RowMask is two of them.
constexpr std::size_t mask_words_for(std::size_t slots) {
    return (slots + 63) / 64 * 2;
}

}  // namespace qr::cuda
