#include "host/text/remote/call_desk.h"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>

#include "tests/host/text/remote/desk_fixture.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Names = std::vector<std::string>;
using Outgoing = CallDesk::Outgoing;

// One connection, OpenAI's API, failures that are repeated after 50..100 ms.
class CallDeskTest : public test::Desks {
  protected:
    CallDeskTest() {
        options_.url = "http://host";
        options_.api = EncoderApi::openai;
        options_.connections_max = 1;
    }

    CallDesk& desk() {
        if (!desk_) desk_.emplace(options_, cache_, 1);
        return *desk_;
    }
    void admit(const std::string& name, const Names& texts,
               std::optional<TimePoint> deadline = std::nullopt) {
        desk().admit(job(name, texts, deadline), test::keys_of(texts), now_);
    }
    Outgoing begin() {
        auto call = desk().begin(now_);
        EXPECT_TRUE(call);
        return call ? *std::move(call) : Outgoing{};
    }
    bool is_idle() { return !desk().begin(now_); }
    void answer(const Outgoing& call, std::vector<float> marks, std::size_t tokens = 0) {
        EmbeddingAnswer answer{.tokens = tokens};
        for (const float value : marks)
            answer.vectors.push_back({value});
        desk().end(call.id, std::move(answer), now_);
    }
    void fail(const Outgoing& call, FailureKind kind, Duration retry_after = {}) {
        CallFailure failure{.kind = kind, .message = "it broke"};
        if (retry_after != Duration{}) failure.retry_after = retry_after;
        desk().end(call.id, failure, now_);
    }
    Names answers() { return told(desk().take_answers()); }
    static std::string texts_of(const Outgoing& call) {
        const std::string& body = *call.call.http.body;
        return body.substr(body.find('['), body.find(']') - body.find('[') + 1);
    }

    RemoteEncoderOptions options_;
    VectorCache cache_{1 << 20};
    TimePoint now_ = kStart;

  private:
    std::optional<CallDesk> desk_;
};

TEST_F(CallDeskTest, SendsOneJobAtOnceAndGathersOthersMeanwhile) {
    admit("A", {"a"});
    const Outgoing first = begin();
    admit("B", {"b", "c"});
    admit("C", {"c"});
    EXPECT_TRUE(is_idle());
    answer(first, {1});
    const Outgoing second = begin();
    EXPECT_EQ(texts_of(second), R"(["b","c"])");
    answer(second, {2, 3});
    EXPECT_THAT(answers(), ElementsAre("A: 1", "B: 2 3", "C: 3"));
}

TEST_F(CallDeskTest, SpreadsALargeJobOverSeveralCalls) {
    options_.batch_max = 2;
    options_.connections_max = 2;
    admit("A", {"a", "b", "c"});
    const Outgoing first = begin();
    const Outgoing second = begin();
    EXPECT_EQ(texts_of(first), R"(["a","b"])");
    EXPECT_EQ(texts_of(second), R"(["c"])");
    answer(second, {3});
    answer(first, {1, 2});
    EXPECT_THAT(answers(), ElementsAre("A: 1 2 3"));
}

TEST_F(CallDeskTest, SharesOutTheTokensOfACallByBytes) {
    admit("A", {"aaa", "bbbbbbb"});
    answer(begin(), {1, 2}, 25);
    const std::vector<AnsweredJob> answers = desk().take_answers();
    EXPECT_EQ(answers.front().result->vectors[0]->tokens, 8);
    EXPECT_EQ(answers.front().result->vectors[1]->tokens, 17);
}

TEST_F(CallDeskTest, PutsWhatComesIntoTheCache) {
    admit("A", {"a"});
    answer(begin(), {7});
    EXPECT_EQ(cache_.find("a")->values.front(), 7);
    EXPECT_EQ(desk().figures().texts, 1);
    EXPECT_EQ(desk().dimension(), 1);
}

TEST_F(CallDeskTest, RefusesWhatTheQueueCannotHold) {
    options_.queue_max = 2;
    admit("A", {"a"});
    admit("B", {"b", "c"});
    admit("C", {"b"});
    EXPECT_THAT(answers(), ElementsAre("B: overloaded"));
    EXPECT_EQ(last_message_, "encoder http://host: found 1 texts waiting and 2 more, allowed: 2");
}

TEST_F(CallDeskTest, GivesACallTheTimeOfItsLatestDeadline) {
    options_.timeout = seconds(2);
    admit("A", {"a"}, now_ + milliseconds(300));
    admit("B", {"b"}, now_ + milliseconds(500));
    const Outgoing call = begin();
    EXPECT_EQ(call.call.http.timeout, milliseconds(500));
    now_ += milliseconds(300);
    EXPECT_TRUE(is_idle());
    EXPECT_THAT(answers(), ElementsAre("A: deadline_exceeded"));
    answer(call, {1, 2});
    EXPECT_THAT(answers(), ElementsAre("B: 2"));
    admit("C", {"c"}, now_ + seconds(3));
    EXPECT_EQ(begin().call.http.timeout, seconds(2));
}

TEST_F(CallDeskTest, DropsJobsAtTheirDeadlineWithoutACall) {
    admit("A", {"a"}, now_ + milliseconds(1));
    EXPECT_EQ(desk().next_event(), now_ + milliseconds(1));
    now_ += milliseconds(1);
    EXPECT_TRUE(is_idle());
    admit("B", {"b"}, now_);
    EXPECT_THAT(answers(), ElementsAre("A: deadline_exceeded", "B: deadline_exceeded"));
    EXPECT_EQ(desk().figures().calls, 0);
}

TEST_F(CallDeskTest, BlamesNobodyForACallThatItsJobsCutShort) {
    options_.breaker.failures_in_a_row = 1;
    admit("A", {"a"}, now_ + milliseconds(10));
    const Outgoing call = begin();
    admit("B", {"a"});
    now_ += milliseconds(10);
    fail(call, FailureKind::timed_out);
    EXPECT_THAT(answers(), ElementsAre("A: deadline_exceeded"));
    EXPECT_EQ(desk().figures().breaker, BreakerState::closed);
    answer(begin(), {1});
    EXPECT_THAT(answers(), ElementsAre("B: 1"));
    EXPECT_EQ(desk().figures().retries, 0);
}

TEST_F(CallDeskTest, RepeatsAFailedCallAfterItsBackoff) {
    admit("A", {"a"});
    fail(begin(), FailureKind::broken);
    const TimePoint again = desk().next_event().value();
    EXPECT_GE(again, now_ + milliseconds(50));
    EXPECT_LE(again, now_ + milliseconds(100));
    EXPECT_TRUE(is_idle());
    now_ = again;
    answer(begin(), {1});
    EXPECT_THAT(answers(), ElementsAre("A: 1"));
    EXPECT_EQ(desk().figures().retries, 1);
    EXPECT_EQ(desk().figures().calls, 2);
}

TEST_F(CallDeskTest, WaitsAsLongAsTheServiceWishes) {
    admit("A", {"a"});
    fail(begin(), FailureKind::busy, milliseconds(700));
    EXPECT_EQ(desk().next_event(), now_ + milliseconds(700));
}

TEST_F(CallDeskTest, DoesNotWaitLongerThanACallMayTake) {
    admit("A", {"a"});
    fail(begin(), FailureKind::busy, options_.timeout + milliseconds(1));
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
}

TEST_F(CallDeskTest, RepeatsForThoseAloneWhoseDeadlineAllowsIt) {
    admit("A", {"a"}, now_ + milliseconds(500));
    admit("B", {"b"}, now_ + milliseconds(900));
    fail(begin(), FailureKind::broken, milliseconds(600));
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
    now_ += milliseconds(600);
    EXPECT_EQ(texts_of(begin()), R"(["b"])");
}

TEST_F(CallDeskTest, DoesNotRepeatForAClientThatHasLeft) {
    const auto has_left = std::make_shared<std::atomic<bool>>(false);
    EncoderJob leaving = job("A", {"a"});
    leaving.is_abandoned = has_left;
    desk().admit(std::move(leaving), test::keys_of({"a"}), now_);
    fail(begin(), FailureKind::broken, milliseconds(100));
    has_left->store(true);
    now_ += milliseconds(100);
    EXPECT_TRUE(is_idle());
    EXPECT_THAT(answers(), ElementsAre("A: cancelled"));
}

TEST_F(CallDeskTest, GivesUpAfterItsAttempts) {
    options_.repeat.attempts_max = 2;
    admit("A", {"a"});
    fail(begin(), FailureKind::unreachable, milliseconds(100));
    now_ += milliseconds(100);
    fail(begin(), FailureKind::unreachable);
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
    EXPECT_EQ(last_message_, "encoder http://host: it broke");
}

TEST_F(CallDeskTest, GivesUpWhenTheBudgetIsSpent) {
    options_.repeat = {.percent = 10, .burst = 1};
    admit("A", {"a"});
    fail(begin(), FailureKind::broken, milliseconds(100));
    admit("B", {"b"});
    fail(begin(), FailureKind::broken);
    EXPECT_THAT(answers(), ElementsAre("B: unavailable"));
    now_ += milliseconds(100);
    answer(begin(), {1});
    EXPECT_THAT(answers(), ElementsAre("A: 1"));
}

TEST_F(CallDeskTest, NeverRepeatsWhatWillNotGoBetter) {
    for (const FailureKind kind :
         {FailureKind::refused_key, FailureKind::unexpected, FailureKind::garbled}) {
        admit("A", {"a"});
        fail(begin(), kind);
        EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
    }
}

TEST_F(CallDeskTest, SendsARefusedCallAgainJobByJob) {
    admit("A", {"a", "s"});
    admit("B", {"bad", "s"});
    admit("C", {"c"});
    fail(begin(), FailureKind::refused_texts);
    EXPECT_THAT(answers(), IsEmpty());
    const Outgoing first = begin();
    EXPECT_EQ(texts_of(first), R"(["a","s"])");
    answer(first, {1, 2});
    const Outgoing second = begin();
    EXPECT_EQ(texts_of(second), R"(["bad"])");
    fail(second, FailureKind::refused_texts);
    answer(begin(), {3});
    EXPECT_THAT(answers(), ElementsAre("A: 1 2", "B: invalid", "C: 3"));
    EXPECT_EQ(desk().figures().splits, 1);
}

TEST_F(CallDeskTest, SendsATextAgainForAnotherJobThanTheRefusedOne) {
    admit("A", {"bad", "s"});
    admit("B", {"s"});
    fail(begin(), FailureKind::refused_texts);
    fail(begin(), FailureKind::refused_texts);
    EXPECT_THAT(answers(), ElementsAre("A: invalid"));
    const Outgoing call = begin();
    EXPECT_EQ(texts_of(call), R"(["s"])");
    answer(call, {2});
    EXPECT_THAT(answers(), ElementsAre("B: 2"));
}

TEST_F(CallDeskTest, RefusesTheOnlyJobOfACallAtOnce) {
    admit("A", {"bad"});
    fail(begin(), FailureKind::refused_texts);
    EXPECT_THAT(answers(), ElementsAre("A: invalid"));
    EXPECT_EQ(desk().figures().splits, 0);
    EXPECT_EQ(desk().figures().breaker, BreakerState::closed);
}

TEST_F(CallDeskTest, RefusesVectorsOfAnotherDimension) {
    admit("A", {"a"});
    answer(begin(), {1});
    admit("B", {"b"});
    desk().end(begin().id, EmbeddingAnswer{.vectors = {{1, 2}}}, now_);
    EXPECT_THAT(answers(), ElementsAre("A: 1", "B: unavailable"));
    EXPECT_EQ(last_message_,
              "encoder http://host: found vectors of 2 numbers, allowed: 1, as in earlier answers");
}

TEST_F(CallDeskTest, RefusesAnotherDimensionThanItAskedFor) {
    options_.dimensions = 2;
    admit("A", {"a"});
    answer(begin(), {1});
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
    EXPECT_THAT(last_message_, HasSubstr("found vectors of 1 numbers, allowed: 2, as asked for"));
}

TEST_F(CallDeskTest, AnswersWhatStillWaitsWhenItStops) {
    admit("A", {"a"});
    const Outgoing call = begin();
    admit("B", {"b"});
    desk().stop();
    admit("C", {"a"});
    EXPECT_THAT(answers(), ElementsAre("A: unavailable", "B: unavailable", "C: unavailable"));
    answer(call, {1});
    EXPECT_TRUE(is_idle());
}

}  // namespace
}  // namespace qr
