#include "host/text/remote/remote_encoder.h"

#include <gmock/gmock.h>

#include <chrono>
#include <deque>
#include <thread>

#include "tests/host/text/remote/remote_fixture.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using test::EncoderMailbox;
using test::job_of;
using testing::HasSubstr;
using testing::Not;
using Texts = std::vector<std::string>;

class RemoteEncoderTest : public test::Remote {};

TEST_F(RemoteEncoderTest, ReadsWhateverFormTheServiceAnswersIn) {
    for (const Form form : {Form::floats, Form::base64, Form::tei}) {
        options_.api = form == Form::tei ? EncoderApi::tei : EncoderApi::openai;
        start(form);
        expect_vectors(encode({"one", "two", "one"}), {"one", "two", "one"});
        EXPECT_EQ(service_->calls().front().texts, (Texts{"one", "two"}));
        EXPECT_EQ(encoder_->info().dimension, 4);
    }
}

TEST_F(RemoteEncoderTest, FindsOutWhichApiTheServiceSpeaks) {
    options_.api = EncoderApi::automatic;
    start(Form::tei);
    const Texts texts{"1", "2", "3", "4", "5", "6", "7", "8", "9"};
    expect_vectors(encode(texts), texts);
    EXPECT_EQ(service_->calls().size(), 2);  // /info tells that 8 go into one
    EXPECT_EQ(service_->infos(), 1);
    EXPECT_EQ(encoder_->info().name, "stand-in/model");
    EXPECT_EQ(encoder_->info().tokens_max, 512);
    start(Form::base64);
    expect_vectors(encode(texts), texts);
    EXPECT_EQ(service_->infos(), 1);
    EXPECT_EQ(encoder_->info().name, "remote");
}

TEST_F(RemoteEncoderTest, GathersJobsWhileACallIsUnderWay) {
    start();
    service_->hold();
    EncoderMailbox first;
    encoder_->encode(job_of({"a"}, first));
    service_->await_calls(1);
    EncoderMailbox second;
    EncoderMailbox third;
    encoder_->encode(job_of({"b", "a"}, second));
    encoder_->encode(job_of({"c", "b"}, third));
    EXPECT_EQ(encoder_->figures().waiting_texts, 2);
    service_->release();
    expect_vectors(first.await(), {"a"});
    expect_vectors(second.await(), {"b", "a"});
    expect_vectors(third.await(), {"c", "b"});
    ASSERT_EQ(service_->calls().size(), 2);
    EXPECT_EQ(service_->calls()[1].texts, (Texts{"b", "c"}));
}

TEST_F(RemoteEncoderTest, KeepsItsConnection) {
    start();
    for (const char* text : {"a", "b", "c", "d"})
        expect_vectors(encode({text}), {text});
    EXPECT_EQ(service_->calls().size(), 4);
    EXPECT_EQ(service_->connections(), 1);
    EXPECT_EQ(encoder_->figures().connections, 1);
}

TEST_F(RemoteEncoderTest, CallsOnSeveralConnectionsAtOnce) {
    options_.connections_max = 3;
    options_.batch_max = 1;
    start();
    service_->hold();
    EncoderMailbox box;
    encoder_->encode(job_of({"a", "b", "c", "d"}, box));
    service_->await_calls(3);
    EXPECT_EQ(encoder_->figures().calls_under_way, 3);
    service_->release();
    expect_vectors(box.await(), {"a", "b", "c", "d"});
    EXPECT_EQ(service_->connections(), 3);
}

TEST_F(RemoteEncoderTest, AsksForNoTextTwice) {
    start();
    const auto first = encode({"a", "b"});
    const auto again = encode({"b", "a"});
    expect_vectors(again, {"b", "a"});
    EXPECT_EQ(again->tokens, first->tokens);
    EXPECT_EQ(again->encoded, Duration{});
    EXPECT_EQ(service_->calls().size(), 1);
    EXPECT_EQ(encoder_->figures().cache.hits, 2);
    EXPECT_EQ(encoder_->figures().cache.misses, 2);
}

TEST_F(RemoteEncoderTest, TellsQueriesFromDocumentsByTheirPrefix) {
    options_.query_prefix = "query: ";
    start();
    const auto found = encode_now(*encoder_, {{.text = "a", .role = TextRole::query},
                                              {.text = "a", .role = TextRole::document}});
    expect_vectors(found, {"query: a", "a"});
}

TEST_F(RemoteEncoderTest, CountsTheTokensOfTheService) {
    start();
    EXPECT_EQ(encode({"abc", "de"})->tokens, 5);
}

TEST_F(RemoteEncoderTest, SendsItsKeyAndTellsHowLongItWaits) {
    options_.api_key = "sk-secret";
    options_.timeout = std::chrono::seconds(7);
    start();
    expect_vectors(encode({"a"}), {"a"});
    const std::string head = service_->calls().front().head;
    EXPECT_THAT(head, HasSubstr("Authorization: Bearer sk-secret\r\n"));
    EXPECT_THAT(head, HasSubstr("X-Envoy-Expected-Rq-Timeout-Ms: 7000\r\n"));
}

TEST_F(RemoteEncoderTest, ReadsLargeAnswers) {
    options_.batch_max = 500;
    start(Form::floats);
    service_->set_dimension(1024);
    Texts texts;
    for (int i = 0; i < 500; ++i)
        texts.push_back("text " + std::to_string(i));
    const auto found = encode(texts);
    ASSERT_TRUE(found.ok()) << found.error().message;
    EXPECT_EQ(found->dimension, 1024);
    EXPECT_EQ(service_->calls().size(), 1);
}

TEST_F(RemoteEncoderTest, NamesWhatDecidesItsVectorsInItsDigest) {
    start();
    const std::string digest = encoder_->info().digest;
    EXPECT_EQ(digest.size(), 64);
    options_.query_prefix = "query: ";
    start_encoder(service_->url());
    EXPECT_NE(encoder_->info().digest, digest);
    EXPECT_EQ(encoder_->info().kind, "remote");
    EXPECT_EQ(encoder_->info().dimension, 0);
}

TEST_F(RemoteEncoderTest, RefusesOptionsThatCannotBe) {
    struct Row {
        RemoteEncoderOptions options;
        const char* message;
    };
    const Row rows[] = {
        {{.url = "host"}, "encoder host: found no such URL"},
        {{.url = "http://host", .api_key = "a\r\nb"}, "encoder key: found a character"},
        {{.url = "http://host", .dimensions = 70'000}, "encoder dimensions: found 70000"},
        {{.url = "http://host", .timeout = Duration{}}, "encoder timeout: found less than 1 ms"},
        {{.url = "http://host", .connections_max = 0}, "encoder connections: found 0"}};
    for (const Row& row : rows) {
        const auto made = RemoteEncoder::make(row.options, clock_, buffers_);
        ASSERT_FALSE(made.ok()) << row.message;
        EXPECT_EQ(made.error().code, Code::invalid);
        EXPECT_THAT(made.error().message, testing::StartsWith(row.message));
        EXPECT_THAT(made.error().message, Not(HasSubstr("\r")));
    }
}

TEST_F(RemoteEncoderTest, ServesManyThreads) {
    options_.connections_max = 2;
    start();
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([this, thread] {
            for (int i = 0; i < 25; ++i) {
                const Texts texts{std::to_string(i), std::to_string(i + thread)};
                expect_vectors(encode(texts), texts);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    // A text that is answered between somebody's look into the cache and the acceptance of their
    // job travels once more; few of the 200 that were asked for do.
    constexpr std::size_t kDistinct = 28;
    EXPECT_EQ(kDistinct, encoder_->figures().cache.entries);
    EXPECT_GE(encoder_->figures().texts, kDistinct);
    EXPECT_LT(encoder_->figures().texts, 2 * kDistinct);
}

}  // namespace
}  // namespace qr
