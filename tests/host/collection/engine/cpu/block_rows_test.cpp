#include "host/collection/engine/cpu/block_rows.h"

#include <gtest/gtest.h>

#include "tests/host/collection/engine/cpu/scanned_rows.h"

namespace qr::cpu {
namespace {

constexpr auto kDot = static_cast<std::size_t>(Weighting::dot);
constexpr auto kCosine = static_cast<std::size_t>(Weighting::cosine);

TEST(BlockRows, WeighsSumsByScaleAndNorm) {
    const OneBlock block({.dimension = 2}, {2, {3, 4, 0, 8}});
    const BlockHead& head = block.place().head();
    EXPECT_EQ(2U, head.used);
    EXPECT_EQ(0.2F, head.weights[kCosine][0]);
    EXPECT_EQ(0.125F, head.weights[kCosine][1]);
    EXPECT_EQ(1.0F, head.weights[kDot][0]);
    EXPECT_EQ(0.0, head.bounds[kCosine].residual);
    EXPECT_NEAR(8.0, head.bounds[kDot].norm, 1e-6);
}

TEST(BlockRows, GivesRowsThatNoBoundHoldsForNoWeight) {
    const OneBlock block({.dimension = 1}, {1, {0x1p-100F, 0x1p100F, 1}});
    const BlockHead& head = block.place().head();
    EXPECT_TRUE(std::isnan(head.weights[kCosine][0]));
    EXPECT_TRUE(std::isnan(head.weights[kCosine][1]));
    EXPECT_TRUE(std::isnan(head.weights[kDot][1]));
    EXPECT_EQ(1.0F, head.weights[kCosine][2]);
    EXPECT_NEAR(1.0, head.bounds[kDot].norm, 1e-6);
}

// Scaled for the plane to [1, 2), the subnormal would lose its only bit.
TEST(BlockRows, LeavesARowAsItIsThatScalingWouldChange) {
    const BlockShape shape{2, Dtype::bfloat16, Dtype::bfloat16};
    const OneBlock block(shape, {2, {0x1p3F, 0x1p-133F}});
    std::array<float, 2> row = {};
    read_row(shape, block.place(), 0, row);
    EXPECT_EQ((std::array<float, 2>{0x1p3F, 0x1p-133F}), row);
    EXPECT_EQ(1.0F, block.place().head().weights[kDot][0]);
}

TEST(BlockRows, AddsBehindTheRowsOfACopiedBlock) {
    const BlockShape shape{3, Dtype::float16, Dtype::int8};
    const OneBlock first(shape, {3, {1, 2, 3}});
    const OneBlock second(shape, {3, {7, 7, 7}});
    copy_block(shape, first.place(), second.place());
    const std::vector<float> more = {-4, 5, 6};
    const std::vector<std::uint64_t> number = {9};
    add_rows(shape, second.place(), {more.data(), 1, 3}, number);
    std::array<float, 3> row = {};
    read_row(shape, second.place(), 0, row);
    EXPECT_EQ((std::array<float, 3>{1, 2, 3}), row);
    read_row(shape, second.place(), 1, row);
    EXPECT_EQ((std::array<float, 3>{-4, 5, 6}), row);
    EXPECT_EQ(9U, second.place().head().numbers[1]);
    EXPECT_EQ(1U, first.place().head().used);
}

}  // namespace
}  // namespace qr::cpu
