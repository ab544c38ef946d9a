#include "perf/gate.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace qr::perf {
namespace {

using Values = std::array<double, 3>;

std::string pass(const Values& expected, std::span<const double> found) {
    return pass_gate<double>("scores", expected, found);
}

TEST(Gate, LetsTheExpectedAnswerPassAndTellsItsHash) {
    EXPECT_EQ("85944171f73967e8", pass_gate("text", "foobar", "foobar"));
    EXPECT_EQ(pass({1, 2, 3}, Values{1, 2, 3}), pass({1, 2, 3}, Values{1, 2, 3}));
    EXPECT_NE(pass({1, 2, 3}, Values{1, 2, 3}), pass({1, 2, 4}, Values{1, 2, 4}));
}

TEST(GateDeathTest, EndsTheProgramAtTheFirstWrongValue) {
    const Values wrong = {1, 2, std::nextafter(3.0, 4.0)};
    EXPECT_EXIT(pass({1, 2, 3}, wrong), testing::ExitedWithCode(1),
                "wrong: scores: differs at value 2");
}

TEST(GateDeathTest, EndsTheProgramWhenValuesAreMissing) {
    const Values found = {1, 2, 3};
    EXPECT_EXIT(pass({1, 2, 3}, std::span(found).first(2)), testing::ExitedWithCode(1),
                "wrong: scores: has 2 values, expected are 3");
    EXPECT_EXIT(pass_gate("text", "", "x"), testing::ExitedWithCode(1),
                "wrong: text: has 1 values, expected are 0");
}

TEST(GateDeathTest, TellsAZeroFromANegativeOne) {
    EXPECT_EXIT(pass({0, 0, 0}, Values{0, -0.0, 0}), testing::ExitedWithCode(1),
                "differs at value 1");
}

TEST(GateDeathTest, SaysWhatIsWrongInTheCallersWords) {
    EXPECT_EXIT(shut_gate("parse_head", "is incomplete"), testing::ExitedWithCode(1),
                "wrong: parse_head: is incomplete");
}

}  // namespace
}  // namespace qr::perf
