// Cuts a batch into tiles, the unit that one thread computes: some rows against some queries.
//
// Pure. A tile is large enough to pay for handing it out, small enough that its rows and queries
// stay in the L2 cache together, and smaller still where there would not be some for each thread.
// The cut decides who computes a score, never its value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace qr::cpu {

// Larger tiles reuse what is in the cache better, smaller ones spread better over many cores: at
// dimension 768 a tile is 42 rows by up to 32 queries, 3 to 70 us of one core.
inline constexpr std::size_t kTileBytesMax = std::size_t{128} << 10;  // of rows
inline constexpr std::size_t kTileRowsMax = 256;
inline constexpr std::size_t kTileQueriesMax = 32;
// What tiles are cut down to for more threads: some microseconds, as handing one out takes when its
// thread sleeps. The least of rows is what a kernel takes together.
inline constexpr std::size_t kTileProductsMin = std::size_t{1} << 17;
inline constexpr std::size_t kTilesOfAThread = 4;
inline constexpr std::size_t kTileRowsMin = 4;

inline constexpr std::size_t kNoRow = SIZE_MAX;

struct TileSource {
    std::size_t task = 0;  // index in the batch
    std::size_t rows = 0;
    std::size_t queries = 0;
    std::size_t dimension = 0;
};

struct Tile {
    std::size_t task = 0;
    std::size_t row_begin = 0;
    std::size_t row_end = 0;
    std::size_t query_begin = 0;
    std::size_t query_end = 0;
    std::size_t first_bad_row = kNoRow;  // written by whoever computes the tile
};

struct TilePlan {
    std::vector<Tile> tiles;   // by source, then row, then query
    std::size_t products = 0;  // multiply-adds of the whole plan
};

TilePlan plan_tiles(const std::vector<TileSource>& sources, std::size_t threads);

}  // namespace qr::cpu
