#include "host/backend/cpu/tiles.h"

#include <algorithm>

namespace qr::cpu {
namespace {

std::size_t rows_per_tile(std::size_t dimension) {
    return std::clamp<std::size_t>(kTileBytesMax / (dimension * sizeof(float)), 1, kTileRowsMax);
}

void cut(const TileSource& source, std::vector<Tile>& tiles) {
    const std::size_t step = rows_per_tile(source.dimension);
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

TilePlan plan_tiles(const std::vector<TileSource>& sources) {
    TilePlan plan;
    for (const TileSource& source : sources) {
        cut(source, plan.tiles);
        // One more than the queries: the row's squared norm.
        plan.products += source.rows * (source.queries + 1) * source.dimension;
    }
    return plan;
}

}  // namespace qr::cpu
