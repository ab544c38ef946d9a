// Every dialect over one port, with an encoder that a test can foresee.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/server/app/served.h"

namespace qr {
namespace {

using nlohmann::json;
using test::Served;
using test::WireAnswer;
using test::with_encoder;
using testing::HasSubstr;

class AppDialects : public testing::Test {
  protected:
    AppDialects() { EXPECT_TRUE(served_.app().load_backend().ok()); }

    json post(const std::string& path, const std::string& body, int status = 200) {
        const WireAnswer answer = served_.post(path, body);
        EXPECT_EQ(answer.status, status) << path << ' ' << answer.body;
        return json::parse(answer.body);
    }

    Served served_{{}, with_encoder()};
};

const char* const kTexts = R"({"query":"aaa","texts":["bbb","aaaa"]})";
const char* const kDocuments = R"({"model":"m","query":"aaa","documents":["bbb","aaaa"]})";

TEST_F(AppDialects, ABodyWithTextsIsTeisOnEveryPathThatTakesIt) {
    for (const char* path : {"/rerank", "/v1/rerank", "/", "/invocations", "/tei/rerank"}) {
        const json answer = post(path, kTexts);
        ASSERT_TRUE(answer.is_array()) << path;
        EXPECT_EQ(answer.at(0).at("index"), 1) << path;
        EXPECT_TRUE(answer.at(0).contains("score")) << path;
    }
}

TEST_F(AppDialects, ABodyWithDocumentsIsAnsweredInThePathsDialect) {
    for (const char* path : {"/rerank", "/v1/rerank", "/v2/rerank", "/cohere/v1/rerank",
                             "/cohere/v2/rerank", "/jina/v1/rerank"}) {
        const json answer = post(path, kDocuments);
        EXPECT_EQ(answer.at("results").at(0).at("index"), 1) << path;
    }
    EXPECT_EQ(post("/voyage/v1/rerank", kDocuments).at("data").at(0).at("index"), 1);
    EXPECT_EQ(post("/v1/ranking", R"({"query":{"text":"a"},"passages":[{"text":"a"}]})")
                  .at("rankings")
                  .size(),
              1u);
}

TEST_F(AppDialects, TheNativeAnswerNamesTheEncoderAndItsTokens) {
    const json answer = post("/v1/rerank", kDocuments);
    EXPECT_EQ(answer.at("model"), "stand-in");
    EXPECT_EQ(answer.at("usage").at("total_tokens"), 10);
    EXPECT_EQ(answer.at("meta").at("dimension"), 3);
}

TEST_F(AppDialects, ScoresPairsForVllmAndAMatrixForItsOwn) {
    const char* const pairs = R"({"text_1":["a","b"],"text_2":["a","a"]})";
    for (const char* path : {"/score", "/v1/score"}) {
        const json answer = post(path, pairs);
        EXPECT_EQ(answer.at("object"), "list") << path;
        EXPECT_NEAR(answer.at("data").at(0).at("score"), 1, 1e-12) << path;
    }
    EXPECT_EQ(post("/v1/score", R"({"queries":["a","b"],"documents":["a"]})").at("scores").size(),
              2u);
}

TEST_F(AppDialects, GivesVectorsAsNumbersAndAsBase64) {
    const json floats = post("/v1/embeddings", R"({"input":["aab","b"],"model":"m"})");
    EXPECT_EQ(floats.at("data").size(), 2u);
    EXPECT_EQ(floats.at("data").at(1).at("embedding").size(), 3u);
    EXPECT_NEAR(floats.at("data").at(1).at("embedding").at(1), std::sqrt(0.5), 1e-7);
    EXPECT_EQ(floats.at("model"), "stand-in");
    EXPECT_EQ(floats.at("usage").at("prompt_tokens"), 4);
    const json base64 =
        post("/v1/embeddings", R"({"input":"b","encoding_format":"base64","dimensions":2})");
    EXPECT_EQ(base64.at("data").at(0).at("embedding"), "AAAAAAAAgD8=");
}

TEST_F(AppDialects, AnswersTeisModelEndpoints) {
    EXPECT_EQ(post("/embed", R"({"inputs":"aab","normalize":false})").dump(), "[[2,1,1]]");
    EXPECT_EQ(post("/", R"({"inputs":["a","b"]})").size(), 2u);
    const json similar = post("/", R"({"inputs":{"source_sentence":"a","sentences":["a","b"]}})");
    EXPECT_NEAR(similar.at(0), 1, 1e-12);
    EXPECT_NEAR(similar.at(1), 0.5, 1e-12);
    const json info = json::parse(served_.get("/info").body);
    EXPECT_EQ(info.at("model_id"), "stand-in");
    EXPECT_EQ(info.at("model_type").begin().key(), "reranker");
    EXPECT_EQ(served_.get("/tei/health").body, "");
    EXPECT_EQ(served_.get("/").status, 200);
}

TEST_F(AppDialects, ListsTheEncoderAsTheModel) {
    const json models = json::parse(served_.get("/v1/models").body);
    EXPECT_EQ(models.at("data").at(0).at("id"), "stand-in");
    EXPECT_EQ(served_.get("/v1/models/stand-in").status, 200);
    EXPECT_EQ(served_.get("/v1/models/other").status, 404);
}

TEST_F(AppDialects, TextsCarryTheFieldsThatTeisScriptsRead) {
    const WireAnswer answer = served_.post("/rerank", kTexts);
    EXPECT_EQ(answer.field("x-compute-tokens"), "10");
    EXPECT_EQ(answer.field("x-compute-characters"), "10");
    EXPECT_THAT(answer.field("Server-Timing"), HasSubstr("encode;dur="));
}

TEST_F(AppDialects, ErrorsHaveTheShapeOfThePathBeforeTheBodyIsKnown) {
    const auto error = [this](const std::string& path) {
        return json::parse(served_.post(path, "{}", "Content-Type: text/plain\r\n").body);
    };
    EXPECT_EQ(error("/rerank").at("error_type"), "Validation");
    EXPECT_TRUE(error("/v2/rerank").contains("message"));
    EXPECT_TRUE(error("/jina/v1/rerank").at("detail").is_string());
    EXPECT_EQ(error("/v1/embeddings").at("error").at("code"), "unsupported_media_type");
}

TEST_F(AppDialects, VectorsOfAnotherDimensionThanTheEncodersAreRefused) {
    const json answer = post("/v1/rerank", R"({"query":"a","documents":[[1,2]]})", 422);
    EXPECT_EQ(answer.at("error").at("pointer"), "/documents/0");
}

TEST_F(AppDialects, WithoutItsTokenizerTokensAreNotToBeHad) {
    EXPECT_EQ(post("/tokenize", R"({"inputs":"a"})", 424).at("error_type"), "Backend");
}

TEST(AppWithoutAnEncoder, SaysHowToHaveOne) {
    Served served;
    ASSERT_TRUE(served.app().load_backend().ok());
    const WireAnswer rerank = served.post("/v1/rerank", kDocuments);
    EXPECT_EQ(rerank.status, 424);
    EXPECT_THAT(rerank.body, HasSubstr("set `encoder`"));
    const WireAnswer embed = served.post("/v1/embeddings", R"({"input":"a"})");
    EXPECT_EQ(embed.status, 424);
    EXPECT_THAT(embed.body, HasSubstr("Model2Vec"));
}

TEST(AppHealth, AnswersAProbeWithoutAKeyBarely) {
    Served served({.api_key = {"secret"}});
    ASSERT_TRUE(served.app().load_backend().ok());
    const WireAnswer bare = served.get("/health");
    EXPECT_EQ(bare.status, 200);
    EXPECT_FALSE(json::parse(bare.body).contains("backends"));
    const WireAnswer full = served.get("/health", "Authorization: Bearer secret\r\n");
    EXPECT_TRUE(json::parse(full.body).contains("backends"));
}

}  // namespace
}  // namespace qr
