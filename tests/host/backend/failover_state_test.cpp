#include "host/backend/failover_state.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{seconds(100)};
constexpr TimePoint kLater{seconds(107)};

CanaryResult passed() {
    return {};
}
CanaryResult failed(Code code) {
    return {.outcome = CanaryOutcome::failed, .code = code, .message = "no device"};
}
CanaryResult wrong() {
    return {.outcome = CanaryOutcome::wrong, .message = "one bit is off"};
}
CanaryResult overdue() {
    return {.outcome = CanaryOutcome::overdue, .message = "no answer"};
}
std::uint64_t count(const FailoverState& state, FailoverReason reason) {
    return state.status().failovers.at(static_cast<std::size_t>(reason));
}

class FailoverStateTest : public testing::Test {
  protected:
    PrimaryState now() const { return state_.status().state; }
    FailoverState state_{3, kStart};
};

TEST_F(FailoverStateTest, ServesFromTheStart) {
    EXPECT_EQ(PrimaryState::serving, now());
    EXPECT_EQ(kStart, state_.status().since);
    EXPECT_FALSE(state_.status().reason.has_value());
}

TEST_F(FailoverStateTest, AFailureOfEachKindLeadsToItsState) {
    struct Row {
        FailoverReason reason;
        PrimaryState state;
    };
    for (const Row& row : {Row{FailoverReason::unavailable, PrimaryState::lost},
                           Row{FailoverReason::internal, PrimaryState::lost},
                           Row{FailoverReason::timed_out, PrimaryState::lost},
                           Row{FailoverReason::wrong_answer, PrimaryState::wrong}}) {
        FailoverState state(3, kStart);
        EXPECT_TRUE(state.on_failure(row.reason, "why", kLater)) << to_string(row.reason);
        EXPECT_EQ(row.state, state.status().state) << to_string(row.reason);
        EXPECT_EQ(row.reason, state.status().reason);
        EXPECT_EQ("why", state.status().message);
        EXPECT_EQ(kLater, state.status().since);
        EXPECT_EQ(1U, count(state, row.reason));
    }
}

TEST_F(FailoverStateTest, WhereMemoryRunsOutOneBatchMovesAndThePrimaryStays) {
    EXPECT_FALSE(state_.on_failure(FailoverReason::out_of_memory, "full", kLater));
    EXPECT_EQ(PrimaryState::serving, now());
    EXPECT_EQ(1U, count(state_, FailoverReason::out_of_memory));
    EXPECT_FALSE(state_.on_canary(failed(Code::out_of_memory), 0, kLater));
    EXPECT_EQ(PrimaryState::serving, now());
}

TEST_F(FailoverStateTest, ASecondFailureIsCountedAndChangesNothing) {
    state_.on_failure(FailoverReason::unavailable, "first", kLater);
    EXPECT_FALSE(state_.on_failure(FailoverReason::internal, "second", kLater + seconds(1)));
    EXPECT_EQ("first", state_.status().message);
    EXPECT_EQ(kLater, state_.status().since);
    EXPECT_EQ(1U, count(state_, FailoverReason::internal));
}

TEST_F(FailoverStateTest, ACanaryFindsALossBeforeABatchDoes) {
    EXPECT_TRUE(state_.on_canary(failed(Code::unavailable), 0, kLater));
    EXPECT_EQ(PrimaryState::lost, now());
    EXPECT_EQ(FailoverReason::unavailable, state_.status().reason);
    EXPECT_EQ("no device", state_.status().message);
}

TEST_F(FailoverStateTest, AnyOtherErrorOfACanaryIsABugOfThePrimary) {
    for (const Code code : {Code::internal, Code::invalid}) {
        FailoverState state(3, kStart);
        EXPECT_TRUE(state.on_canary(failed(code), 0, kLater));
        EXPECT_EQ(FailoverReason::internal, state.status().reason);
    }
}

TEST_F(FailoverStateTest, AnOverdueCanaryIsATimeOut) {
    EXPECT_TRUE(state_.on_canary(overdue(), 0, kLater));
    EXPECT_EQ(FailoverReason::timed_out, state_.status().reason);
    EXPECT_EQ(PrimaryState::lost, now());
}

TEST_F(FailoverStateTest, ComesBackAfterThreePassingCanariesInARow) {
    state_.on_failure(FailoverReason::unavailable, "gone", kStart);
    EXPECT_FALSE(state_.on_canary(passed(), 0, kLater));
    EXPECT_FALSE(state_.on_canary(passed(), 0, kLater));
    EXPECT_FALSE(state_.on_canary(failed(Code::unavailable), 0, kLater));
    EXPECT_FALSE(state_.on_canary(passed(), 0, kLater));
    EXPECT_FALSE(state_.on_canary(passed(), 0, kLater));
    EXPECT_TRUE(state_.on_canary(passed(), 0, kLater));
    EXPECT_EQ(PrimaryState::serving, now());
    EXPECT_EQ(kLater, state_.status().since);
    EXPECT_EQ(FailoverReason::unavailable, state_.status().reason);  // of the latest loss
    EXPECT_FALSE(state_.on_canary(passed(), 0, kLater));
}

TEST_F(FailoverStateTest, DoesNotComeBackWhileACallIsOutstanding) {
    state_.on_failure(FailoverReason::timed_out, "hangs", kStart);
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(state_.on_canary(passed(), 1, kLater));
    EXPECT_FALSE(state_.on_canary(passed(), 0, kLater));
    EXPECT_FALSE(state_.on_canary(passed(), 0, kLater));
    EXPECT_TRUE(state_.on_canary(passed(), 0, kLater));
}

TEST_F(FailoverStateTest, AWrongAnswerIsNeverForgiven) {
    state_.on_failure(FailoverReason::unavailable, "gone", kStart);
    EXPECT_TRUE(state_.on_canary(wrong(), 0, kLater));
    EXPECT_EQ(PrimaryState::wrong, now());
    EXPECT_EQ(FailoverReason::wrong_answer, state_.status().reason);
    EXPECT_EQ("one bit is off", state_.status().message);
    for (int i = 0; i < 5; ++i)
        EXPECT_FALSE(state_.on_canary(passed(), 0, kLater + seconds(1)));
    EXPECT_FALSE(state_.on_failure(FailoverReason::unavailable, "again", kLater + seconds(1)));
    EXPECT_FALSE(state_.on_canary(wrong(), 0, kLater + seconds(1)));
    EXPECT_EQ(PrimaryState::wrong, now());
    EXPECT_EQ(kLater, state_.status().since);
    EXPECT_EQ(1U, count(state_, FailoverReason::wrong_answer));
}

}  // namespace
}  // namespace qr
