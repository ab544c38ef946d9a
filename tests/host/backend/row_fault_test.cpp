#include "host/backend/row_fault.h"

#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <limits>
#include <vector>

namespace qr {
namespace {

TEST(RowFault, NormsOfFiniteVectorsAreGood) {
    EXPECT_TRUE(is_good_norm2(1.0));
    EXPECT_TRUE(is_good_norm2(double{FLT_TRUE_MIN} * double{FLT_TRUE_MIN}));
    EXPECT_TRUE(is_good_norm2(65536 * (double{FLT_MAX} * double{FLT_MAX})));
}

TEST(RowFault, ZeroNaNAndInfinityAreBadNorms) {
    EXPECT_FALSE(is_good_norm2(0.0));
    EXPECT_FALSE(is_good_norm2(std::numeric_limits<double>::quiet_NaN()));
    EXPECT_FALSE(is_good_norm2(std::numeric_limits<double>::infinity()));
}

TEST(RowFault, NamesTheFirstComponentThatIsNotFinite) {
    const std::vector<float> row = {1, 2, HUGE_VALF, std::nanf("")};
    const RowFault expected = {RowFault::Side::document, RowFault::Kind::not_finite, 5, 2};
    EXPECT_EQ(expected, find_fault(RowFault::Side::document, 5, row));
}

TEST(RowFault, ARowOfFiniteComponentsIsTheZeroVector) {
    const std::vector<float> row = {0, -0.0F, 0};
    const RowFault expected = {RowFault::Side::query, RowFault::Kind::zero_vector, 2, 0};
    EXPECT_EQ(expected, find_fault(RowFault::Side::query, 2, row));
}

}  // namespace
}  // namespace qr
