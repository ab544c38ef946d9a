// The oracle against numbers worked out by hand; the golden vectors hold it to numpy.
#include "host/backend/reference/reference_backend.h"

#include <gtest/gtest.h>

#include "tests/host/backend/vectors.h"

namespace qr {
namespace {

using scoring::Method;

std::vector<double> reference(const test::Matrix& q, const test::Matrix& d, Method method) {
    ReferenceBackend backend;
    return test::scores_of(backend, test::task_of(q, d, method)).values;
}

TEST(ReferenceBackend, ScoresThreeFourFiveTrianglesByHand) {
    const test::Matrix q = test::matrix_of({{1, 0}});
    const test::Matrix d = test::matrix_of({{3, 4}, {-3, 4}});
    EXPECT_EQ((std::vector{0.6, -0.6}), reference(q, d, Method::cosine));
    EXPECT_EQ((std::vector{0.6 * 0.6, 0.6 * 0.6}), reference(q, d, Method::fidelity));
    EXPECT_EQ((std::vector{0.8 * 0.8, 0.2 * 0.2}), reference(q, d, Method::signed_fidelity));
    EXPECT_EQ((std::vector{3.0, -3.0}), reference(q, d, Method::dot));
}

TEST(ReferenceBackend, TheBuresAngleOfSixtyDegreesIsAThird) {
    const test::Matrix q = test::matrix_of({{1, 0, 0, 0}});
    const test::Matrix d = test::matrix_of({{1, 1, 1, 1}});
    EXPECT_NEAR(1.0 / 3.0, reference(q, d, Method::bures_angle).at(0), 1e-15);
}

// 2^60 in lane 0 swallows a 1 that reaches the same lane, and not one that meets it in the tree
// after another lane has cancelled it: the order is part of the definition.
TEST(ReferenceBackend, SumsInLanesAndNotInAStraightLine) {
    test::Matrix ones(1, 64);
    test::Matrix d(1, 64);
    for (std::size_t i = 0; i < 64; ++i)
        ones.at(0, i) = 1;
    d.at(0, 0) = 0x1p60F;
    d.at(0, 1) = 1;
    d.at(0, 32) = -0x1p60F;  // lane 0 again: cancels before lane 1 arrives
    EXPECT_EQ(std::vector{1.0}, reference(ones, d, Method::dot));
    d.at(0, 32) = 0;
    d.at(0, 33) = -0x1p60F;  // lane 1: swallows the 1
    EXPECT_EQ(std::vector{0.0}, reference(ones, d, Method::dot));
}

}  // namespace
}  // namespace qr
