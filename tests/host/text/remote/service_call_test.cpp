#include "host/text/remote/service_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace qr {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::Contains;
using testing::Not;
using testing::StartsWith;

const std::vector<EncoderInput> kInputs{{.text = "a"}, {.text = "b"}};

TEST(ServiceCall, FindsItsPlaceBehindAnyWayOfWritingTheUrl) {
    for (const char* url : {"http://host:80/base", "http://host:80/base/", "http://host:80/base/v1",
                            "http://host:80/base/v1/"})
        EXPECT_EQ(base_url(url), "http://host:80/base") << url;
    EXPECT_EQ(base_url("http://v1"), "http://v1");
}

TEST(ServiceCall, PostsTextsAndTellsHowLongItWaits) {
    const RemoteEncoderOptions options{.url = "http://host/v1", .model = "m", .api_key = "sk-1"};
    const ServiceCall call =
        make_vectors_call(options, EncoderApi::openai, kInputs, 0, microseconds(1500));
    EXPECT_EQ(call.http.url, "http://host/v1/embeddings");
    EXPECT_EQ(call.http.body, R"({"input":["a","b"],"model":"m","encoding_format":"base64"})");
    EXPECT_EQ(call.texts, 2);
    EXPECT_EQ(call.http.timeout, milliseconds(2));
    EXPECT_THAT(call.http.fields, Contains("X-Envoy-Expected-Rq-Timeout-Ms: 2"));
    EXPECT_THAT(call.http.fields, Contains("Authorization: Bearer sk-1"));
    EXPECT_THAT(call.http.fields, Contains("Content-Type: application/json"));
}

TEST(ServiceCall, SendsNoKeyWhereThereIsNone) {
    const ServiceCall call = make_info_call({.url = "http://host"}, milliseconds(1));
    EXPECT_EQ(call.http.url, "http://host/info");
    EXPECT_FALSE(call.http.body);
    EXPECT_THAT(call.http.fields, Not(Contains(StartsWith("Authorization"))));
}

TEST(ServiceCall, BoundsAnAnswerByWhatWillCome) {
    const auto bound = [](std::size_t texts, std::size_t dimension) {
        const std::vector<EncoderInput> inputs(texts);
        return make_vectors_call({}, EncoderApi::tei, inputs, dimension, milliseconds(1))
            .http.answer_bytes_max;
    };
    EXPECT_EQ(bound(2, 100), 2 * (100 * 32 + 256) + 65'536);
    EXPECT_EQ(bound(1, 0), 65'536 * 32 + 256 + 65'536);
    EXPECT_EQ(bound(10'000, 0), kAnswerBytesMax);
}

TEST(ServiceCall, ReadsVectorsAndSaysWhatDoesNotFit) {
    const ServiceCall call{.api = EncoderApi::tei, .texts = 1};
    const CallOutcome vectors = outcome_of(call, {.status = 200, .body = "[[1,2]]"}, "");
    EXPECT_EQ(std::get<EmbeddingAnswer>(vectors).vectors.front(), (std::vector<float>{1, 2}));
    const CallOutcome garbled = outcome_of(call, {.status = 200, .body = "{}"}, "");
    EXPECT_EQ(std::get<CallFailure>(garbled).kind, FailureKind::garbled);
    EXPECT_EQ(std::get<CallFailure>(garbled).message,
              "answer: found no array, allowed: one vector for each of the 1 texts");
    const CallOutcome failed = outcome_of(call, {.status = 503, .body = "no"}, "");
    EXPECT_EQ(std::get<CallFailure>(failed).kind, FailureKind::broken);
}

TEST(ServiceCall, TakesAnyLastingAnswerButTheRightOneForAnotherService) {
    const ServiceCall call{.kind = ServiceCall::Kind::info};
    const std::string tei = R"({"model_id":"m","max_client_batch_size":8})";
    const CallOutcome known = outcome_of(call, {.status = 200, .body = tei}, "");
    EXPECT_EQ(std::get<InfoAnswer>(known)->batch_max, 8);
    for (const int status : {200, 301, 401, 404, 405})
        EXPECT_FALSE(std::get<InfoAnswer>(outcome_of(call, {.status = status}, ""))) << status;
    for (const int status : {429, 500, 503})
        EXPECT_TRUE(std::holds_alternative<CallFailure>(outcome_of(call, {.status = status}, "")));
}

}  // namespace
}  // namespace qr
