#include "host/backend/timed_calls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

#include "tests/host/backend/vectors.h"
#include "tests/support/faulty_backend.h"

namespace qr::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Kind = Fault::Kind;

// Tells when the last claim on its vectors has gone. Shares the promise: the thread that tells may
// be one that was left behind.
class CountedClaim final : public Claim {
  public:
    explicit CountedClaim(std::shared_ptr<std::promise<void>> gone) : gone_(std::move(gone)) {}
    ~CountedClaim() override { gone_->set_value(); }
    bool is_dropped() const noexcept override { return false; }

  private:
    const std::shared_ptr<std::promise<void>> gone_;
};

class TimedCallsTest : public testing::Test {
  protected:
    // Until the backend has a call that was given up: one that no thread took in time was not made.
    void hang_a_call(TimedCalls& calls, const ScoreBatch& batch) {
        device_->set(Kind::hang);
        while (calls.outstanding() == 0)
            EXPECT_FALSE(calls.score(batch, milliseconds(1)).has_value());
        device_->await_calls(1);
    }

    const Matrix query_ = matrix_of({{3, 4}});
    const Matrix documents_ = matrix_of({{3, 4}, {4, -3}});
    const ScoreBatch batch_{{task_of(query_, documents_, scoring::Method::fidelity)}};
    const std::shared_ptr<FaultyBackend> device_ =
        std::make_shared<FaultyBackend>(make("reference", 1));
};

TEST_F(TimedCallsTest, HandsOnWhatTheBackendAnswers) {
    TimedCalls calls(device_, 1);
    const auto scores = calls.score(batch_, hours(1));
    ASSERT_TRUE(scores.has_value() && scores->ok());
    EXPECT_EQ((std::vector{1.0, 0.0}), (*scores)->tasks.at(0).values);
    device_->set(Kind::internal);
    const auto refused = calls.score(batch_, hours(1));
    ASSERT_TRUE(refused.has_value());
    EXPECT_EQ(Code::internal, refused->error().code);
    EXPECT_EQ(0U, calls.outstanding());
}

TEST_F(TimedCallsTest, GivesUpACallThatHangsAndThrowsItsLateResultAway) {
    TimedCalls calls(device_, 1);
    hang_a_call(calls, batch_);
    EXPECT_EQ(1U, calls.outstanding());
    device_->set(Kind::none);
    device_->await_returns(1);
    const auto scores = calls.score(batch_, hours(1));  // by the one thread, so the other is done
    ASSERT_TRUE(scores.has_value() && scores->ok());
    EXPECT_EQ(0U, calls.outstanding());
}

TEST_F(TimedCallsTest, ACallThatFindsEveryThreadHeldIsGivenUpUnmade) {
    TimedCalls calls(device_, 1);
    hang_a_call(calls, batch_);
    EXPECT_FALSE(calls.score(batch_, milliseconds(1)).has_value());
    EXPECT_EQ(1U, calls.outstanding());
    device_->set(Kind::none);
    device_->await_returns(1);
    ASSERT_TRUE(calls.score(batch_, hours(1)).has_value());
    EXPECT_EQ(2U, device_->calls());
}

TEST_F(TimedCallsTest, ACallGivenUpKeepsItsVectorsUntilItReturns) {
    const auto gone = std::make_shared<std::promise<void>>();
    std::future<void> is_gone = gone->get_future();
    TimedCalls calls(device_, 1);
    {
        ScoreBatch claimed = batch_;
        claimed.tasks[0].claim = std::make_shared<CountedClaim>(gone);
        hang_a_call(calls, claimed);
    }
    EXPECT_EQ(std::future_status::timeout, is_gone.wait_for(milliseconds(0)));
    device_->set(Kind::none);
    is_gone.wait();
}

TEST_F(TimedCallsTest, GoesWithoutWaitingForACallThatHangs) {
    const auto gone = std::make_shared<std::promise<void>>();
    std::future<void> is_gone = gone->get_future();
    {
        TimedCalls calls(device_, 2);
        ScoreBatch claimed = batch_;
        claimed.tasks[0].claim = std::make_shared<CountedClaim>(gone);
        hang_a_call(calls, claimed);
    }
    device_->set(Kind::none);  // the thread left behind ends; it still has all that it touches
    is_gone.wait();
}

TEST_F(TimedCallsTest, ManyCallersShareFewThreads) {
    TimedCalls calls(device_, 2);
    std::atomic<int> right{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i) {
        callers.emplace_back([&] {
            for (int call = 0; call < 50; ++call) {
                const auto scores = calls.score(batch_, hours(1));
                if (scores && scores->ok() && (*scores)->tasks.at(0).values.at(0) == 1.0) ++right;
            }
        });
    }
    for (std::thread& caller : callers)
        caller.join();
    EXPECT_EQ(400, right.load());
    EXPECT_EQ(0U, calls.outstanding());
}

}  // namespace
}  // namespace qr::test
