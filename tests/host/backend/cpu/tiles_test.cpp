#include "host/backend/cpu/tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace qr::cpu {
namespace {

TEST(Tiles, OneRequestOfAHundredDocumentsIsCutByCacheSize) {
    const TilePlan plan = plan_tiles({{.task = 7, .rows = 100, .queries = 1, .dimension = 768}}, 8);
    ASSERT_EQ(3U, plan.tiles.size());  // 128 KiB are 42 rows of 3 KiB
    EXPECT_EQ(0U, plan.tiles[0].row_begin);
    EXPECT_EQ(42U, plan.tiles[0].row_end);
    EXPECT_EQ(84U, plan.tiles[2].row_begin);
    EXPECT_EQ(100U, plan.tiles[2].row_end);
    EXPECT_EQ(7U, plan.tiles[2].task);
    EXPECT_EQ(kNoRow, plan.tiles[0].first_bad_row);
    EXPECT_EQ(153'600U, plan.products);
}

TEST(Tiles, ManyThreadsShareWhatWouldBeAFewTiles) {
    const std::vector<TileSource> sources = {{.rows = 100, .queries = 32, .dimension = 768}};
    EXPECT_EQ(3U, plan_tiles(sources, 1).tiles.size());
    // 100 x 33 x 768 products in eight parts are 12 rows each.
    const TilePlan two = plan_tiles(sources, 2);
    EXPECT_EQ(9U, two.tiles.size());
    EXPECT_EQ(12U, two.tiles.front().row_end);
    // Of at least 2^17 products: five rows, cut to a multiple of four.
    EXPECT_EQ(25U, plan_tiles(sources, 16).tiles.size());
}

TEST(Tiles, ARowLargerThanTheCacheShareIsATileOfItsOwn) {
    const TilePlan plan = plan_tiles({{.task = 0, .rows = 3, .queries = 1, .dimension = 65536}}, 1);
    EXPECT_EQ(3U, plan.tiles.size());
}

TEST(Tiles, ShortRowsStopAtTheRowLimit) {
    const TilePlan plan =
        plan_tiles({{.task = 0, .rows = 10'000, .queries = 1, .dimension = 1}}, 1);
    EXPECT_EQ(40U, plan.tiles.size());
    EXPECT_EQ(kTileRowsMax, plan.tiles.front().row_end);
}

TEST(Tiles, CoverEveryPairOfEveryTaskOnceInOrder) {
    const std::vector<TileSource> sources = {
        {.task = 1, .rows = 100, .queries = 70, .dimension = 768},
        {.task = 4, .rows = 1, .queries = 1, .dimension = 3},
        {.task = 5, .rows = 600, .queries = 33, .dimension = 10}};
    const TilePlan plan = plan_tiles(sources, 3);
    for (const TileSource& source : sources) {
        std::vector<int> covered(source.rows * source.queries, 0);
        for (const Tile& tile : plan.tiles) {
            if (tile.task != source.task) continue;
            for (std::size_t r = tile.row_begin; r < tile.row_end; ++r) {
                for (std::size_t q = tile.query_begin; q < tile.query_end; ++q)
                    ++covered[r * source.queries + q];
            }
        }
        EXPECT_EQ(std::vector<int>(covered.size(), 1), covered) << "task " << source.task;
    }
    EXPECT_TRUE(
        std::is_sorted(plan.tiles.begin(), plan.tiles.end(), [](const Tile& a, const Tile& b) {
            return a.task != b.task ? a.task < b.task : a.row_begin < b.row_begin;
        }));
}

TEST(Tiles, NothingToScoreIsNoTile) {
    EXPECT_TRUE(plan_tiles({}, 2).tiles.empty());
    EXPECT_EQ(0U, plan_tiles({}, 2).products);
}

}  // namespace
}  // namespace qr::cpu
