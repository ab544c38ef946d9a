// The runs that queries are cut into, and the finer steps that int16 entries have.
#include "host/collection/engine/cpu/scan_query.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/host/collection/engine/cpu/planes.h"

namespace qr::cpu {
namespace {

std::vector<std::size_t> runs_of(std::size_t count, std::size_t longest) {
    std::vector<std::size_t> runs;
    for (std::size_t left = count; left > 0; left -= runs.back())
        runs.push_back(run_length(left, longest));
    return runs;
}

TEST(ScanQuery, IsCutIntoFewRunsOfNearlyEqualLength) {
    EXPECT_EQ((std::vector<std::size_t>{6, 6}), runs_of(12, 6));
    EXPECT_EQ((std::vector<std::size_t>{4, 3}), runs_of(7, 6));
    EXPECT_EQ((std::vector<std::size_t>{5, 4, 4}), runs_of(13, 6));
    EXPECT_EQ((std::vector<std::size_t>{4}), runs_of(4, 6));
    EXPECT_EQ((std::vector<std::size_t>{1, 1}), runs_of(2, 1));
}

TEST(ScanQuery, OfInt16CostsFarLessThanRowsOfInt8Do) {
    using Packing = QueryPacking<Dtype::int8, Entry::int16_quad, 6>;
    test::Random random(1);
    const test::Matrix query = test::random_matrix(random, 1, 768);
    const test::Aligned tile(Packing::tile_bytes(768, 1));
    const PackedQuery packed = Packing::pack(query.view().row(0), 0, 1, tile.data());
    EXPECT_LT(packed.residual / packed.norm, 1e-4);
}

TEST(ScanQuery, OfInt16NeverSumsBeyondInt32) {
    using Packing = QueryPacking<Dtype::int8, Entry::int16_quad, 6>;
    for (const std::size_t dimension : {1U, 100U, 600U, 4096U, 65536U}) {
        const std::vector<float> query(dimension, -0.3F);
        const test::Aligned tile(Packing::tile_bytes(dimension, 1));
        Packing::pack(query, 0, 1, tile.data());
        std::int64_t sum = 0;
        for (std::size_t i = 0; i < dimension; ++i)
            sum += 127 * std::abs(tile.as<std::int16_t>()[i]);
        EXPECT_LE(sum, INT32_MAX);
        EXPECT_GT(sum, dimension < 512 ? 0 : INT32_MAX / 100 * 95);
    }
}

}  // namespace
}  // namespace qr::cpu
