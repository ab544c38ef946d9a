// KServe v2 over a port, with an encoder that a test can foresee and without one.
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

class KserveRoutes : public testing::Test {
  protected:
    KserveRoutes() {
        EXPECT_TRUE(served_.app().load_backend().ok());
        EXPECT_TRUE(plain_.app().load_backend().ok());
    }

    static json parsed(const WireAnswer& answer, int status = 200) {
        EXPECT_EQ(answer.status, status) << answer.body;
        return json::parse(answer.body);
    }
    json stats_of(const std::string& model) {
        return parsed(served_.get("/v2/models/" + model + "/stats")).at("model_stats").at(0);
    }

    Served served_{{}, with_encoder()};
    Served plain_;
};

const char* const kVectors =
    R"({"id":"7","inputs":[{"name":"QUERY","shape":[1,2],"datatype":"FP32","data":[1,0]},)"
    R"({"name":"DOCUMENTS","shape":[2,2],"datatype":"FP32","data":[0,1,2,0]}],)"
    R"("parameters":{"method":"cosine","top_n":1}})";
const char* const kTensorTexts =
    R"({"inputs":[{"name":"QUERY","shape":[1],"datatype":"BYTES","data":["aaa"]},)"
    R"({"name":"DOCUMENTS","shape":[2],"datatype":"BYTES","data":["bbb","aaaa"]}]})";
const char* const kText =
    R"({"inputs":[{"name":"TEXT","shape":[2],"datatype":"BYTES","data":["aab","b"]}]})";

TEST_F(KserveRoutes, InfersOnEveryPathOfAModel) {
    for (const char* path : {"/v2/models/rerank/infer", "/v2/models/rerank/versions/1/infer"}) {
        EXPECT_EQ(served_.post(path, kVectors).body,
                  R"({"id":"7","model_name":"rerank","model_version":"1","outputs":[)"
                  R"({"name":"SCORES","datatype":"FP64","shape":[1,1],"data":[1]},)"
                  R"({"name":"INDICES","datatype":"INT32","shape":[1,1],"data":[1]}]})");
    }
    const json answer = parsed(served_.post("/v2/models/score/infer", kVectors));
    EXPECT_EQ(answer.at("outputs").at(0).at("data"), json({0, 1}));
}

TEST_F(KserveRoutes, TellsTheLengthOfTheJsonBeforeTensors) {
    const std::string body = std::string(kVectors).substr(0, std::string(kVectors).size() - 2) +
                             R"(,"binary_data_output":true}})";
    const WireAnswer answer = served_.post("/v2/models/rerank/infer", body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.field("Content-Type"), "application/octet-stream");
    const std::size_t length = std::stoul(answer.field("Inference-Header-Content-Length"));
    EXPECT_EQ(answer.body.size(), length + sizeof(double) + sizeof(std::int32_t));
}

TEST_F(KserveRoutes, TextsAreEncoded) {
    const json answer = parsed(served_.post("/v2/models/rerank/infer", kTensorTexts));
    EXPECT_EQ(answer.at("outputs").at(1).at("data"), json({1, 0}));
    const json vectors = parsed(served_.post("/v2/models/embed/infer", kText)).at("outputs").at(0);
    EXPECT_EQ(vectors.at("shape"), json({2, 3}));
    EXPECT_NEAR(vectors.at("data").at(0), 2 / std::sqrt(6), 1e-6);
}

TEST_F(KserveRoutes, WithoutAnEncoderTextsAreRefusedAndEmbedIsNotReady) {
    EXPECT_THAT(parsed(plain_.post("/v2/models/rerank/infer", kTensorTexts), 424).at("error"),
                HasSubstr("set `encoder`"));
    EXPECT_THAT(parsed(plain_.post("/v2/models/embed/infer", kText), 424).at("error"),
                HasSubstr("needs an encoder"));
    EXPECT_EQ(plain_.get("/v2/models/embed/ready").status, 503);
    EXPECT_EQ(served_.get("/v2/models/embed/ready").status, 200);
    EXPECT_EQ(parsed(plain_.post("/v2/repository/index", "")).size(), 2U);
    EXPECT_EQ(parsed(served_.post("/v2/repository/index", "")).size(), 3U);
}

TEST_F(KserveRoutes, ErrorsAreTextsUnderOneName) {
    EXPECT_EQ(parsed(served_.post("/v2/models/score/infer", "{}"), 400),
              json({{"error", "/inputs: found no QUERY, allowed: each of QUERY, DOCUMENTS once"}}));
    EXPECT_EQ(parsed(served_.post("/v2/models/resnet/infer", kVectors), 404),
              json({{"error", "model: found 'resnet', allowed: rerank, score, embed"}}));
    EXPECT_EQ(parsed(served_.get("/v2/models/score/versions/2"), 404),
              json({{"error", "version: found '2', allowed: 1"}}));
    EXPECT_THAT(parsed(served_.get("/v2/nothing"), 404).at("error"), HasSubstr("no route"));
    EXPECT_EQ(parsed(served_.post("/v2/repository/models/score/load", "{}"), 400).size(), 1U);
}

TEST_F(KserveRoutes, CountsAnswersAndRefusalsByModel) {
    static_cast<void>(served_.post("/v2/models/score/infer", kVectors));
    static_cast<void>(served_.post("/v2/models/score/infer", "{}"));
    static_cast<void>(served_.post("/v2/models/embed/infer", kText));
    const json score = stats_of("score").at("inference_stats");
    EXPECT_EQ(score.at("success").at("count"), 1);
    EXPECT_EQ(score.at("fail").at("count"), 1);
    EXPECT_GT(score.at("compute_infer").at("ns"), 0);
    EXPECT_EQ(stats_of("embed").at("inference_count"), 1);
    EXPECT_EQ(stats_of("rerank").at("inference_count"), 0);
    EXPECT_EQ(parsed(served_.get("/v2/models/stats")).at("model_stats").size(), 3U);
}

TEST_F(KserveRoutes, ProbesAreOpenAndAnswerByTheirStatusAlone) {
    Config config;
    config.api_key = {"alpha"};
    Served locked(std::move(config));
    EXPECT_EQ(locked.get("/v2/health/ready").status, 503);
    EXPECT_EQ(locked.get("/v2/models/score/ready").status, 503);
    EXPECT_TRUE(locked.app().load_backend().ok());
    for (const char* path : {"/v2/health/live", "/v2/health/ready", "/v2/models/score/ready"}) {
        const WireAnswer answer = locked.get(path);
        EXPECT_EQ(answer.status, 200) << path;
        EXPECT_EQ(answer.body, "") << path;
    }
    EXPECT_EQ(locked.get("/v2/models/score").status, 401);
    EXPECT_EQ(locked.get("/v2/models/stats").status, 401);
    EXPECT_EQ(locked.post("/v2/models/score/infer", kVectors).status, 401);
}

TEST_F(KserveRoutes, TheIndexSaysWhoIsNotReady) {
    Served starting;
    EXPECT_EQ(parsed(starting.post("/v2/repository/index", "{}")).at(0).at("state"), "UNAVAILABLE");
    EXPECT_EQ(parsed(starting.post("/v2/repository/index", R"({"ready":true})")), json::array());
    EXPECT_EQ(parsed(served_.post("/v2/repository/index", R"({"ready":true})")).size(), 3U);
}

}  // namespace
}  // namespace qr
