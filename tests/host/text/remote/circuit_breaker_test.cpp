#include "host/text/remote/circuit_breaker.h"

#include <gtest/gtest.h>

#include <chrono>

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Passage = CircuitBreaker::Passage;

constexpr TimePoint kStart{seconds(1000)};
constexpr BreakerThresholds kThresholds{
    .failures_in_a_row = 3, .failure_percent = 50, .calls_min = 8, .open_for = seconds(5)};

void fail(CircuitBreaker& breaker, int times, TimePoint now) {
    for (int i = 0; i < times; ++i)
        breaker.fail(breaker.begin(now), now);
}

TEST(CircuitBreaker, OpensAfterFailuresInARow) {
    CircuitBreaker breaker(kThresholds);
    fail(breaker, 2, kStart);
    EXPECT_EQ(breaker.begin(kStart), Passage::ordinary);
    breaker.fail(Passage::ordinary, kStart);
    EXPECT_EQ(breaker.state(), BreakerState::open);
    EXPECT_EQ(breaker.tries_again(), kStart + seconds(5));
    EXPECT_EQ(breaker.begin(kStart + milliseconds(4999)), Passage::denied);
}

TEST(CircuitBreaker, StartsItsCountAnewAfterASuccess) {
    CircuitBreaker breaker(kThresholds);
    fail(breaker, 2, kStart);
    breaker.succeed(breaker.begin(kStart), kStart);
    fail(breaker, 2, kStart);
    EXPECT_EQ(breaker.state(), BreakerState::closed);
}

TEST(CircuitBreaker, OpensWhenHalfOfTheWindowFails) {
    CircuitBreaker breaker(kThresholds);
    for (int pair = 0; pair < 4; ++pair) {
        EXPECT_EQ(breaker.state(), BreakerState::closed);
        breaker.succeed(Passage::ordinary, kStart);
        breaker.fail(Passage::ordinary, kStart + seconds(1));
    }
    EXPECT_EQ(breaker.state(), BreakerState::open);
}

TEST(CircuitBreaker, ForgetsWhatIsOlderThanTheWindow) {
    CircuitBreaker breaker(kThresholds);
    for (int pair = 0; pair < 3; ++pair) {
        breaker.succeed(Passage::ordinary, kStart);
        breaker.fail(Passage::ordinary, kStart);
    }
    breaker.succeed(Passage::ordinary, kStart + seconds(10));
    breaker.fail(Passage::ordinary, kStart + seconds(10));
    EXPECT_EQ(breaker.state(), BreakerState::closed);
}

TEST(CircuitBreaker, LetsASingleProbeThroughAndClosesWhenItSucceeds) {
    CircuitBreaker breaker(kThresholds);
    fail(breaker, 3, kStart);
    const TimePoint later = kStart + seconds(5);
    EXPECT_EQ(breaker.begin(later), Passage::probe);
    EXPECT_EQ(breaker.state(), BreakerState::half_open);
    EXPECT_EQ(breaker.begin(later), Passage::denied);
    breaker.succeed(Passage::probe, later);
    EXPECT_EQ(breaker.state(), BreakerState::closed);
    EXPECT_EQ(breaker.begin(later), Passage::ordinary);
    EXPECT_EQ(breaker.times_opened(), 1);
}

TEST(CircuitBreaker, OpensAgainWhenTheProbeFails) {
    CircuitBreaker breaker(kThresholds);
    fail(breaker, 3, kStart);
    const TimePoint later = kStart + seconds(6);
    breaker.fail(breaker.begin(later), later);
    EXPECT_EQ(breaker.state(), BreakerState::open);
    EXPECT_EQ(breaker.tries_again(), later + seconds(5));
}

TEST(CircuitBreaker, ProbesAgainAtOnceWhenTheProbeSaidNothing) {
    CircuitBreaker breaker(kThresholds);
    fail(breaker, 3, kStart);
    const TimePoint later = kStart + seconds(5);
    breaker.forget(breaker.begin(later), later);
    EXPECT_EQ(breaker.begin(later), Passage::probe);
}

TEST(CircuitBreaker, TakesNoLateSuccessForTheProbes) {
    CircuitBreaker breaker(kThresholds);
    const Passage early = breaker.begin(kStart);
    fail(breaker, 3, kStart);
    breaker.succeed(early, kStart);
    EXPECT_EQ(breaker.state(), BreakerState::open);
    EXPECT_EQ(breaker.begin(kStart + seconds(5)), Passage::probe);
    breaker.fail(early, kStart + seconds(5));
    EXPECT_EQ(breaker.state(), BreakerState::half_open);
}

}  // namespace
}  // namespace qr
