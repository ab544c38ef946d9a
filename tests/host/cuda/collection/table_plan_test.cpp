#include "host/cuda/collection/table_plan.h"

#include <gtest/gtest.h>

namespace qr::cuda {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

TablePlan plan(const TableLayout& layout, const SegmentLimits& limits = {}) {
    const auto made = plan_table(layout, limits);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? *made : TablePlan{};
}

TEST(TablePlan, ScansFloat32RowsAsUnitRowsOfFloat16BesideTheTruth) {
    const TablePlan found = plan({.dimension = 768});
    EXPECT_EQ(Dtype::float16, found.layout.scan);
    EXPECT_EQ(device::ScanKind::unit_rows, found.kind);
    EXPECT_EQ(768U * 2 + 4 + 768 * 4, found.bytes_per_row());
}

TEST(TablePlan, KeepsWhatIsScannedAsItIsStoredOnce) {
    for (const Dtype storage : {Dtype::float16, Dtype::bfloat16}) {
        const TablePlan found = plan({.dimension = 768, .storage = storage});
        EXPECT_EQ(storage, found.layout.scan);
        EXPECT_EQ(device::ScanKind::same_rows, found.kind);
        EXPECT_EQ(768U * 2 + 4, found.bytes_per_row());
        EXPECT_EQ(0U, found.truth.bytes_for(1'000'000));
    }
    EXPECT_EQ(768U * 4 + 4, plan({.dimension = 768, .scan = Dtype::float32}).bytes_per_row());
}

TEST(TablePlan, RefusesALayoutByItsField) {
    const auto scan = plan_table({.dimension = 8, .scan = Dtype::int8}, {});
    ASSERT_FALSE(scan.ok());
    EXPECT_EQ(Code::invalid, scan.error().code);
    EXPECT_EQ("scan", scan.error().pointer);
    EXPECT_EQ("int8", scan.error().found);
    EXPECT_EQ("dimension", plan_table({.dimension = 0}, {}).error().pointer);
}

TEST(TablePlan, GrowsBySegmentsThatDoubleTheTableUpToALimit) {
    // 4 MiB hold 2,048 rows of 1,540 bytes, a power of two of them; 256 MiB hold 131,072.
    const PlanePlan scan = plan({.dimension = 768}).scan;
    EXPECT_EQ((device::SegmentSizes{.first_bits = 11, .last_bits = 17}), scan.sizes);
    EXPECT_EQ(0U, scan.bytes_for(0));
    EXPECT_EQ(2048U * 1540, scan.bytes_for(1));
    EXPECT_EQ(2048U * 1540, scan.bytes_for(2048));
    EXPECT_EQ(4096U * 1540, scan.bytes_for(2049));
    EXPECT_EQ(131'072U * 1540, scan.bytes_for(131'072));
    EXPECT_EQ(2 * 131'072U * 1540, scan.bytes_for(131'073));
}

TEST(TablePlan, TakesNoSegmentThatIsLargerThanItsLimitUnlessFewRowsAre) {
    for (const std::size_t dimension : {1U, 100U, 768U, 4096U}) {
        const TablePlan found = plan({.dimension = dimension});
        for (const PlanePlan& plane : {found.scan, found.truth}) {
            for (const std::size_t segment : {0U, 5U, 30U})
                EXPECT_GE(256 * kMiB, plane.segment_bytes(segment));
        }
    }
    const PlanePlan few = plan({.dimension = 65'536}, {.first_bytes = 1, .last_bytes = 1}).truth;
    EXPECT_EQ(32U * 65'536 * 4, few.segment_bytes(0));
}

// Large tables take what their rows take.
TEST(TablePlan, StaysWithinATwentiethOfItsRowsWhereThereAreManySegments) {
    const TablePlan found = plan({.dimension = 768});
    const double rows = 10e6;
    EXPECT_NEAR(1,
                static_cast<double>(found.bytes_for(10'000'000)) /
                    (rows * static_cast<double>(found.bytes_per_row())),
                0.05);
}

TEST(TablePlan, StrandsLittleOfASmallBudget) {
    const SegmentLimits found = within({}, 640'000);
    EXPECT_EQ(10'000U, found.first_bytes);
    EXPECT_EQ(40'000U, found.last_bytes);
    EXPECT_EQ(256 * kMiB, within({}, std::size_t{1} << 40).last_bytes);
}

}  // namespace
}  // namespace qr::cuda
