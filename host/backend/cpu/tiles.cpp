#include "host/backend/cpu/tiles.h"

#include <algorithm>

namespace qr::cpu {
namespace {

// One more than the queries: the row's squared norm.
std::size_t products_of(const TileSource& source) {
    return source.rows * (source.queries + 1) * source.dimension;
}

// So many rows that a tile has about `products`, or what the cache holds.
std::size_t rows_per_tile(const TileSource& source, std::size_t products) {
    const std::size_t held = std::clamp<std::size_t>(
        kTileBytesMax / (source.dimension * sizeof(float)), 1, kTileRowsMax);
    const std::size_t of_a_row = std::min(source.queries, kTileQueriesMax) * source.dimension;
    const std::size_t wanted = products / of_a_row / kTileRowsMin * kTileRowsMin;
    return std::min(held, std::max(wanted, kTileRowsMin));
}

void cut(const TileSource& source, std::size_t products, std::vector<Tile>& tiles) {
    const std::size_t step = rows_per_tile(source, products);
    for (std::size_t row = 0; row < source.rows; row += step) {
        for (std::size_t query = 0; query < source.queries; query += kTileQueriesMax) {
            tiles.push_back({.task = source.task,
                             .row_begin = row,
                             .row_end = std::min(row + step, source.rows),
                             .query_begin = query,
                             .query_end = std::min(query + kTileQueriesMax, source.queries)});
        }
    }
}

}  // namespace

TilePlan plan_tiles(const std::vector<TileSource>& sources, std::size_t threads) {
    TilePlan plan;
    for (const TileSource& source : sources)
        plan.products += products_of(source);
    const std::size_t wanted =
        threads == 1 ? SIZE_MAX
                     : std::max(plan.products / (threads * kTilesOfAThread), kTileProductsMin);
    for (const TileSource& source : sources)
        cut(source, wanted, plan.tiles);
    return plan;
}

}  // namespace qr::cpu
