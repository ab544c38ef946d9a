#include "host/state/matrix_view.h"

#include <gtest/gtest.h>

#include <vector>

namespace qr {
namespace {

TEST(MatrixView, RowsAreDenseAndRowMajor) {
    const std::vector<float> values = {1, 2, 3, 4, 5, 6};
    const MatrixView matrix = {values.data(), 2, 3};
    const std::span<const float> row = matrix.row(1);
    ASSERT_EQ(3U, row.size());
    EXPECT_EQ(4.0F, row[0]);
    EXPECT_EQ(6.0F, row[2]);
}

TEST(MatrixView, ARowBehindTheLastIsABug) {
    const float value = 1;
    const MatrixView matrix = {&value, 1, 1};
    EXPECT_DEATH(static_cast<void>(matrix.row(1)), "index < rows");
}

}  // namespace
}  // namespace qr
