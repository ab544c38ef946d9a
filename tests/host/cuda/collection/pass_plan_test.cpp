#include "host/cuda/collection/pass_plan.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace qr::cuda {
namespace {

TEST(PassPlan, NeverGivesATileMoreRowsThanAListHasRoomForBesideTheWanted) {
    const LaneLimits limits;
    for (const std::size_t queries : {1U, 7U, 16U, 64U}) {
        for (const std::size_t k : {1U, 10U, 1000U, 16'384U}) {
            const PassShares shares = shares_of(limits, queries, wanted_for(k));
            EXPECT_LE(shares.tile_rows + wanted_for(k), shares.capacity);
            EXPECT_LE(shares.tile_rows * queries, limits.tile_overlaps);
            EXPECT_LE(shares.capacity * queries, limits.survivors);
            EXPECT_EQ(0U, shares.tile_rows % 32);
        }
    }
    EXPECT_EQ(98'304U, shares_of(limits, 64, 64).tile_rows);
}

TEST(PassPlan, WantsFourTimesTheAnswerWithinBounds) {
    EXPECT_EQ(64U, wanted_for(1));
    EXPECT_EQ(400U, wanted_for(100));
    EXPECT_EQ(32'768U, wanted_for(16'384));
}

TEST(PassPlan, FitsAsManyQueriesAsTheLaneHasRoomFor) {
    const RowMask mask, other;
    std::vector<SearchQuery> queries(100, {.k = 10, .mask = &mask});
    EXPECT_EQ(64U, queries_of_pass({}, queries, 768, 1024));
    EXPECT_EQ(64U, queries_of_pass({}, queries, 4096, 1024));
    EXPECT_EQ(4U, queries_of_pass({}, queries, 65'536, 1024));
    queries.resize(3);
    EXPECT_EQ(3U, queries_of_pass({}, queries, 768, 1024));
}

TEST(PassPlan, CountsWhatAllQueriesListAndEachMaskOnce) {
    const RowMask masks[3];
    std::vector<SearchQuery> queries(64, {.k = 16'384, .mask = &masks[0]});
    EXPECT_EQ(16U, queries_of_pass({}, queries, 768, 1024));
    for (std::size_t q = 0; q < queries.size(); ++q)
        queries[q] = {.k = 10, .mask = &masks[q % 3]};
    EXPECT_EQ(64U, queries_of_pass({.mask_bytes = 3000}, queries, 768, 1000));
    EXPECT_EQ(2U, queries_of_pass({.mask_bytes = 2999}, queries, 768, 1000));
    EXPECT_EQ(1U, queries_of_pass({.mask_bytes = 10}, queries, 768, 1000));
}

TEST(PassPlan, GivesGraphsAFewShapesThatTheLaneHasRoomFor) {
    const auto shape = [](std::size_t queries, std::size_t wanted, std::size_t dimension) {
        return graph_shape_of({}, {queries, wanted}, dimension);
    };
    EXPECT_EQ((PassShape{1, 64}), shape(1, 64, 768));
    EXPECT_EQ((PassShape{8, 64}), shape(2, 64, 768));
    EXPECT_EQ((PassShape{64, 512}), shape(33, 400, 768));
    EXPECT_EQ((PassShape{4, 64}), shape(3, 64, 65'536));      // no more numbers fit
    EXPECT_EQ((PassShape{16, 32'768}), shape(9, 32'768, 8));  // no more rows are listed
    EXPECT_EQ(std::nullopt, shape(20, 20'000, 8));
    EXPECT_EQ((PassShape{5, 64}), graph_shape_of({.queries = 5}, {2, 64}, 8));
}

TEST(PassPlan, EndsTilesWithTheirSegment) {
    const device::SegmentSizes sizes{.first_bits = 6, .last_bits = 8};  // 64, 64, 128, 256, 256
    const std::vector<ScanTile> tiles = tiles_of(sizes, {0, 300}, 32, 100);
    const std::vector<ScanTile> expected = {{{0, 32}, 32},    {{32, 64}, 32},   {{64, 128}, 64},
                                            {{128, 224}, 96}, {{224, 256}, 32}, {{256, 300}, 96}};
    EXPECT_EQ(expected, tiles);
    EXPECT_TRUE(tiles_of(sizes, {32, 32}, 32, 100).empty());
}

TEST(PassPlan, CoversEverySlotByWholeWords) {
    EXPECT_EQ(0U, mask_words_for(0));
    EXPECT_EQ(2U, mask_words_for(1));
    EXPECT_EQ(2U, mask_words_for(64));
    EXPECT_EQ(4U, mask_words_for(65));
}

}  // namespace
}  // namespace qr::cuda
