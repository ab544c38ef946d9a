#include <gmock/gmock.h>

#include <atomic>
#include <chrono>

#include "host/text/remote/remote_encoder.h"
#include "tests/host/text/remote/remote_fixture.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::EncoderMailbox;
using test::job_of;
using testing::HasSubstr;
using testing::Not;

class RemoteEncoderFailureTest : public test::Remote {
  protected:
    void expect_error(const Result<EncodedTexts>& found, Code code, const std::string& part) {
        ASSERT_FALSE(found.ok());
        EXPECT_EQ(found.error().code, code) << found.error().message;
        EXPECT_THAT(found.error().message, HasSubstr(part));
        EXPECT_THAT(found.error().message, HasSubstr("encoder http://127.0.0.1:"));
    }
};

TEST_F(RemoteEncoderFailureTest, RepeatsACallWhenTheServiceWishesIt) {
    start();
    service_->next({.status = 503, .fields = "Retry-After-Ms: 30\r\n"});
    const TimePoint begun = clock_.now();
    expect_vectors(encode({"a"}), {"a"});
    EXPECT_GE(clock_.now() - begun, milliseconds(30));
    EXPECT_EQ(encoder_->figures().retries, 1);
    EXPECT_EQ(failures(FailureKind::broken), 1);
}

TEST_F(RemoteEncoderFailureTest, RepeatsACallWhoseConnectionBroke) {
    start();
    expect_vectors(encode({"a"}), {"a"});
    service_->next({.drops = true});
    service_->next({.drops = true});  // libcurl itself repeats on a connection that it had kept
    expect_vectors(encode({"b"}), {"b"});
    EXPECT_EQ(failures(FailureKind::unreachable), 1);
}

TEST_F(RemoteEncoderFailureTest, GivesUpWhenTheBudgetIsSpent) {
    options_.repeat.percent = 0;
    start();
    service_->next({.status = 500, .body = R"({"error":{"message":"out of order"}})"});
    expect_error(encode({"a"}), Code::unavailable, ": answered 500: out of order");
    EXPECT_EQ(service_->calls().size(), 1);
}

TEST_F(RemoteEncoderFailureTest, StopsAskingAServiceThatFailsAndFindsItWellAgain) {
    options_.repeat.percent = 0;
    options_.breaker = {.failures_in_a_row = 2, .open_for = milliseconds(50)};
    start();
    service_->always(Deed{.status = 500});
    for (const char* text : {"a", "b"})
        expect_error(encode({text}), Code::unavailable, "answered 500");
    const TimePoint opened = clock_.now();
    expect_error(encode({"c"}), Code::unavailable, "not asked for ");
    EXPECT_EQ(service_->calls().size(), 2);
    EXPECT_EQ(encoder_->figures().breaker, BreakerState::open);
    service_->always(std::nullopt);
    while (clock_.now() - opened < milliseconds(50))
        std::this_thread::yield();
    expect_vectors(encode({"d"}), {"d"});
    EXPECT_EQ(encoder_->figures().breaker, BreakerState::closed);
    EXPECT_EQ(encoder_->figures().times_opened, 1);
}

TEST_F(RemoteEncoderFailureTest, AnswersAtTheDeadlineThoughTheServiceIsSilent) {
    start();
    service_->hold();
    EncoderMailbox box;
    encoder_->encode(job_of({"a"}, box, clock_.now() + milliseconds(30)));
    const auto found = box.await();
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(found.error().code, Code::deadline_exceeded);
    EXPECT_EQ(encoder_->figures().breaker, BreakerState::closed);
}

TEST_F(RemoteEncoderFailureTest, EndsACallThatTakesTooLong) {
    options_.timeout = milliseconds(30);
    options_.repeat.percent = 0;
    start();
    service_->hold();
    expect_error(encode({"a"}), Code::unavailable, "no answer in time");
    EXPECT_EQ(failures(FailureKind::timed_out), 1);
}

TEST_F(RemoteEncoderFailureTest, SendsNothingForAClientThatHasLeft) {
    start();
    service_->hold();
    EncoderMailbox first;
    encoder_->encode(job_of({"a"}, first));
    service_->await_calls(1);
    EncoderMailbox second;
    const auto has_left = std::make_shared<std::atomic<bool>>(false);
    EncoderJob leaving = job_of({"b"}, second);
    leaving.is_abandoned = has_left;
    encoder_->encode(std::move(leaving));
    has_left->store(true);
    service_->release();
    expect_vectors(first.await(), {"a"});
    EXPECT_EQ(second.await().error().code, Code::cancelled);
    EXPECT_EQ(service_->calls().size(), 1);
}

TEST_F(RemoteEncoderFailureTest, RefusesTheCulpritOfARefusedCallAlone) {
    start();
    service_->refuse("bad");
    service_->hold();
    EncoderMailbox first;
    encoder_->encode(job_of({"a"}, first));
    service_->await_calls(1);
    EncoderMailbox guilty;
    EncoderMailbox innocent;
    encoder_->encode(job_of({"bad", "b"}, guilty));
    encoder_->encode(job_of({"c", "b"}, innocent));
    service_->release();
    expect_vectors(first.await(), {"a"});
    expect_error(guilty.await(), Code::invalid, ": answered 422: a text that it refuses");
    expect_vectors(innocent.await(), {"c", "b"});
    EXPECT_EQ(encoder_->figures().splits, 1);
}

TEST_F(RemoteEncoderFailureTest, BelievesNoGarbage) {
    options_.breaker.failures_in_a_row = 100;
    start();
    for (const char* body :
         {"", "<html>", "{}", R"({"data":[]})", R"({"data":[{"index":5,"embedding":[1]}]})"}) {
        service_->next({.body = body});
        expect_error(encode({"a"}), Code::unavailable, ", allowed: ");
    }
    EXPECT_EQ(failures(FailureKind::garbled), 5);
    service_->next({.body = R"({"data":[{"index":0,"embedding":[1,2]}]})"});
    EXPECT_EQ(encode({"a"})->dimension, 2);
    expect_error(encode({"b"}), Code::unavailable,
                 "found vectors of 4 numbers, allowed: 2, as in earlier answers");
}

TEST_F(RemoteEncoderFailureTest, NeverTellsItsKey) {
    options_.api_key = "sk-secret";
    options_.repeat.percent = 0;
    start();
    service_->next({.status = 401, .body = "wrong key: sk-secret"});
    const auto refused = encode({"a"});
    expect_error(refused, Code::unavailable, "the encoder service refuses our key (status 401)");
    service_->next({.status = 500, .body = "Bearer sk-secret"});
    const auto broken = encode({"b"});
    expect_error(broken, Code::unavailable, "answered 500: Bearer ***");
}

TEST_F(RemoteEncoderFailureTest, SaysThatNobodyListens) {
    start();
    const std::string url = service_->url();
    service_.reset();
    options_.repeat = {.percent = 100, .burst = 1, .attempts_max = 2, .backoff = milliseconds(1)};
    start_encoder(url);
    expect_error(encode({"a"}), Code::unavailable, url + ": ");
    EXPECT_EQ(failures(FailureKind::unreachable), 2);
}

TEST_F(RemoteEncoderFailureTest, RefusesWhatTheQueueCannotHold) {
    options_.queue_max = 1;
    start();
    expect_error(encode({"a", "b"}), Code::overloaded,
                 "found 0 texts waiting and 2 more, allowed: 1");
}

TEST_F(RemoteEncoderFailureTest, AnswersAllWhenItStops) {
    start();
    service_->hold();
    EncoderMailbox first;
    EncoderMailbox second;
    encoder_->encode(job_of({"a"}, first));
    service_->await_calls(1);
    encoder_->encode(job_of({"b"}, second));
    encoder_->stop();
    encoder_->stop();
    EXPECT_EQ(first.await().error().code, Code::unavailable);
    EXPECT_EQ(second.await().error().code, Code::unavailable);
    expect_error(encode({"c"}), Code::unavailable, "the server is stopping");
    EXPECT_EQ(first.deliveries(), 1);
}

}  // namespace
}  // namespace qr
