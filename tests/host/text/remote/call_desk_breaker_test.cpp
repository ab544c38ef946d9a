#include <gmock/gmock.h>

#include <chrono>

#include "host/text/remote/call_desk.h"
#include "tests/host/text/remote/desk_fixture.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using Names = std::vector<std::string>;
using Outgoing = CallDesk::Outgoing;

// Two connections, no repetitions, a breaker that opens at the second failure for 5 s; the API as
// each test says.
class CallDeskBreakerTest : public test::Desks {
  protected:
    void use(EncoderApi api, RepeatTerms repeat = {.percent = 0}) {
        options_.url = "http://host";
        options_.api = api;
        options_.connections_max = 2;
        options_.repeat = repeat;
        options_.breaker.failures_in_a_row = 2;
        desk_.emplace(options_, cache_, 1);
    }
    void admit(const std::string& name, const Names& texts) {
        desk_->admit(job(name, texts), test::keys_of(texts), now_);
    }
    void end(const std::optional<Outgoing>& call, CallOutcome outcome) {
        ASSERT_TRUE(call);
        desk_->end(call->id, std::move(outcome), now_);
    }
    static CallFailure broken() { return {.kind = FailureKind::broken, .message = "it broke"}; }
    static EmbeddingAnswer mark(float value) { return {.vectors = {{value}}}; }
    void open() {
        for (const char* name : {"X", "Y"}) {
            admit(name, {"some text"});
            end(desk_->begin(now_), broken());
        }
        EXPECT_THAT(answers(), ElementsAre("X: unavailable", "Y: unavailable"));
        EXPECT_EQ(desk_->figures().breaker, BreakerState::open);
    }
    Names answers() { return told(desk_->take_answers()); }

    RemoteEncoderOptions options_;
    VectorCache cache_{1 << 20};
    TimePoint now_ = kStart;
    std::optional<CallDesk> desk_;
};

TEST_F(CallDeskBreakerTest, AnswersAtOnceWhileItIsOpen) {
    use(EncoderApi::openai);
    open();
    now_ += milliseconds(100);
    admit("A", {"a"});
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
    EXPECT_EQ(last_message_,
              "encoder http://host: not asked for 4900 ms more, for it failed: it broke");
}

TEST_F(CallDeskBreakerTest, StillAnswersFromTheCacheWhileItIsOpen) {
    use(EncoderApi::openai);
    open();
    desk_->admit(job("A", {"a"}), {{.key = "a", .vector = test::mark(3)}}, now_);
    EXPECT_THAT(answers(), ElementsAre("A: 3"));
}

TEST_F(CallDeskBreakerTest, FailsWhatWaitsWhenItOpens) {
    use(EncoderApi::openai);
    options_.batch_max = 1;
    desk_.emplace(options_, cache_, 1);
    admit("A", {"a"});
    admit("B", {"b"});
    admit("C", {"c"});
    const auto first = desk_->begin(now_);
    const auto second = desk_->begin(now_);
    end(first, broken());
    end(second, broken());
    EXPECT_THAT(answers(), ElementsAre("A: unavailable", "B: unavailable", "C: unavailable"));
}

TEST_F(CallDeskBreakerTest, FailsWhatWaitsToBeRepeatedWhenItOpens) {
    use(EncoderApi::openai, {.percent = 100, .burst = 1});
    admit("A", {"a"});
    end(desk_->begin(now_), broken());
    EXPECT_THAT(answers(), testing::IsEmpty());
    admit("B", {"b"});
    end(desk_->begin(now_), broken());
    EXPECT_THAT(answers(), ElementsAre("A: unavailable", "B: unavailable"));
    EXPECT_EQ(desk_->next_event(), std::nullopt);
}

TEST_F(CallDeskBreakerTest, TriesWithOneCallAndRefusesOthersMeanwhile) {
    use(EncoderApi::openai);
    open();
    now_ += seconds(5);
    admit("A", {"a"});
    const auto probe = desk_->begin(now_);
    admit("B", {"b"});
    EXPECT_THAT(answers(), ElementsAre("B: unavailable"));
    EXPECT_THAT(last_message_, HasSubstr("until the call under way has shown that it is well"));
    end(probe, mark(1));
    EXPECT_EQ(desk_->figures().breaker, BreakerState::closed);
    admit("B", {"b"});
    end(desk_->begin(now_), mark(2));
    EXPECT_THAT(answers(), ElementsAre("A: 1", "B: 2"));
}

TEST_F(CallDeskBreakerTest, StaysOpenWhenTheTryFails) {
    use(EncoderApi::openai);
    open();
    now_ += seconds(5);
    admit("A", {"a"});
    end(desk_->begin(now_), broken());
    EXPECT_EQ(desk_->figures().breaker, BreakerState::open);
    EXPECT_EQ(desk_->figures().times_opened, 2);
    EXPECT_THAT(answers(), ElementsAre("A: unavailable"));
}

TEST_F(CallDeskBreakerTest, AsksForInfoOnceBeforeAllTexts) {
    use(EncoderApi::automatic);
    EXPECT_FALSE(desk_->begin(now_));
    admit("A", {"a", "b", "c"});
    const auto info = desk_->begin(now_);
    EXPECT_EQ(info->call.http.url, "http://host/info");
    EXPECT_FALSE(desk_->begin(now_));
    end(info, InfoAnswer(ServiceInfo{.model = "m", .batch_max = 2, .tokens_max = 512}));
    const auto first = desk_->begin(now_);
    EXPECT_EQ(first->call.http.url, "http://host/embed");
    EXPECT_EQ(first->call.texts, 2);
    EXPECT_EQ(desk_->service().model, "m");
    EXPECT_EQ(desk_->begin(now_)->call.texts, 1);
}

TEST_F(CallDeskBreakerTest, TakesWhoeverHasNoInfoForOpenAi) {
    use(EncoderApi::automatic);
    admit("A", {"a"});
    end(desk_->begin(now_), InfoAnswer{});
    EXPECT_EQ(desk_->begin(now_)->call.http.url, "http://host/v1/embeddings");
}

TEST_F(CallDeskBreakerTest, BelievesWhoeverNamesTei) {
    use(EncoderApi::tei);
    admit("A", {"a"});
    end(desk_->begin(now_), InfoAnswer{});
    EXPECT_EQ(desk_->begin(now_)->call.http.url, "http://host/embed");
}

TEST_F(CallDeskBreakerTest, AsksForInfoAgainWhenThatFailed) {
    use(EncoderApi::automatic, {.percent = 100, .burst = 1});
    admit("A", {"a"});
    end(desk_->begin(now_),
        CallFailure{
            .kind = FailureKind::busy, .message = "busy", .retry_after = milliseconds(200)});
    EXPECT_FALSE(desk_->begin(now_));
    EXPECT_EQ(desk_->next_event(), now_ + milliseconds(200));
    now_ += milliseconds(200);
    EXPECT_EQ(desk_->begin(now_)->call.http.url, "http://host/info");
}

TEST_F(CallDeskBreakerTest, FailsAllThatWaitWhenNobodyTellsTheApi) {
    use(EncoderApi::automatic);
    admit("A", {"a"});
    admit("B", {"b"});
    end(desk_->begin(now_), broken());
    EXPECT_THAT(answers(), ElementsAre("A: unavailable", "B: unavailable"));
    admit("C", {"c"});
    EXPECT_EQ(desk_->begin(now_)->call.http.url, "http://host/info");
}

}  // namespace
}  // namespace qr
