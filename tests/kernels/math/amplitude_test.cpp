#include "kernels/math/amplitude.h"

#include <gtest/gtest.h>

#include <cfloat>

namespace qr::math {
namespace {

TEST(Amplitude, QubitsAreTheCeilingOfTheBinaryLogarithm) {
    EXPECT_EQ(0U, qubits(1));
    EXPECT_EQ(1U, qubits(2));
    EXPECT_EQ(2U, qubits(3));
    EXPECT_EQ(2U, qubits(4));
    EXPECT_EQ(10U, qubits(768));
    EXPECT_EQ(10U, qubits(1024));
    EXPECT_EQ(11U, qubits(1025));
    EXPECT_EQ(16U, qubits(kDimensionMax));
}

TEST(Amplitude, AVectorOverlapsItselfByExactlyOneWhateverItsNorm) {
    for (const double norm2 : {1.0, 3.0, 0.1, 0x1p-298, 0x1p272, 1.0 / 3.0})
        EXPECT_EQ(1.0, normalised_overlap(norm2, norm2, norm2)) << norm2;
}

TEST(Amplitude, RoundingCannotLeaveTheRange) {
    EXPECT_EQ(1.0, normalised_overlap(1.0 + 0x1p-50, 1.0, 1.0));
    EXPECT_EQ(-1.0, normalised_overlap(-1.0 - 0x1p-50, 1.0, 1.0));
}

TEST(Amplitude, TheExtremesOfFloatNeitherOverflowNorUnderflow) {
    const double largest = 65536 * (double{FLT_MAX} * double{FLT_MAX});
    const double smallest = double{FLT_TRUE_MIN} * double{FLT_TRUE_MIN};
    EXPECT_EQ(1.0, normalised_overlap(largest, largest, largest));
    EXPECT_EQ(1.0, normalised_overlap(smallest, smallest, smallest));
}

}  // namespace
}  // namespace qr::math
