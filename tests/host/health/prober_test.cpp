#include "host/health/prober.h"

#include <gtest/gtest.h>

#include <future>

#include "host/backend/backends.h"
#include "tests/host/backend/vectors.h"
#include "tests/support/faulty_backend.h"
#include "tests/support/manual_clock.h"

namespace qr::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Kind = Fault::Kind;

class ProberTest : public testing::Test {
  protected:
    // The next `count` results, in order.
    std::vector<Prober::Result> next(Prober& prober, std::size_t count) {
        std::vector<Prober::Result> all;
        while (all.size() < count) {
            bell_->await(hours(1));
            for (Prober::Result& result : prober.take().results)
                all.push_back(std::move(result));
        }
        return all;
    }

    ManualClock clock_;
    const std::shared_ptr<Bell> bell_ = std::make_shared<Bell>();
    const std::shared_ptr<FaultyBackend> device_ =
        std::make_shared<FaultyBackend>(make("reference", 1));
};

TEST_F(ProberTest, RunsTheFirstCanaryAtOnce) {
    Prober prober(device_, clock_, hours(1), bell_);
    const auto results = next(prober, 1);
    EXPECT_EQ(CanaryOutcome::passed, results.at(0).canary.outcome);
    EXPECT_EQ(clock_.now(), results.at(0).at);
    EXPECT_FALSE(prober.take().out_since.has_value());
    EXPECT_EQ(1U, device_->calls());
}

TEST_F(ProberTest, RunsOneCanaryAfterAnotherAndTellsEachResult) {
    device_->set(Kind::unavailable);
    Prober prober(device_, clock_, milliseconds(1), bell_);
    const auto results = next(prober, 3);
    for (const Prober::Result& result : results) {
        EXPECT_EQ(CanaryOutcome::failed, result.canary.outcome);
        EXPECT_EQ(Code::unavailable, result.canary.code);
    }
}

TEST_F(ProberTest, TellsSinceWhenACanaryHasBeenOut) {
    device_->set(Kind::hang);
    const TimePoint started = clock_.now();
    Prober prober(device_, clock_, hours(1), bell_);
    device_->await_calls(1);
    clock_.advance(milliseconds(700));
    EXPECT_EQ(started, prober.take().out_since);
    device_->set(Kind::none);
    const auto results = next(prober, 1);
    EXPECT_EQ(clock_.now(), results.at(0).at);
    EXPECT_FALSE(prober.take().out_since.has_value());
}

TEST_F(ProberTest, GoesWithoutWaitingLongForACanaryThatHangs) {
    device_->set(Kind::hang);
    {
        Prober prober(device_, clock_, hours(1), bell_);
        device_->await_calls(1);
    }
    device_->set(Kind::none);  // the thread left behind ends; it still has all that it touches
    device_->await_returns(1);
}

TEST_F(ProberTest, KeepsABoundedNumberOfResultsThatNobodyTakes) {
    Prober prober(device_, clock_, Duration(1), bell_);
    device_->await_returns(Prober::kResultsMax + 20);
    EXPECT_LE(prober.take().results.size(), Prober::kResultsMax);
}

TEST(Bell, RemembersThatItWasRung) {
    Bell bell;
    bell.ring();
    bell.ring();
    bell.await(hours(1));
    bell.await(Duration::zero());
}

}  // namespace
}  // namespace qr::test
