#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payloads.h"

namespace qr::native {
namespace {

using testing::ElementsAre;

Result<ScoreRequest> score_of(std::string_view json) {
    return parse_score(payload_of(json), test_buffers(), {});
}

TEST(NativeScore, ParsesAWholeRequest) {
    const auto parsed = score_of(R"({"queries": [[1, 0], [0, 1]], "documents": [[1, 1]],
        "method": "dot", "precision": "double", "timeout_ms": 250, "priority": 7, "model": "m"})");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(floats_of(parsed->vectors.queries), (std::vector<float>{1, 0, 0, 1}));
    EXPECT_EQ(parsed->method, scoring::Method::dot);
    EXPECT_EQ(parsed->timeout, std::chrono::milliseconds(250));
    EXPECT_EQ(parsed->priority, 7);
    EXPECT_EQ(parsed->model, "m");
    EXPECT_THAT(parsed->warnings,
                ElementsAre("/model: not used, the request carries its own vectors"));
}

TEST(NativeScore, TakesAutoForThePrecision) {
    EXPECT_TRUE(score_of(R"({"query": [1], "documents": [[1]], "precision": "auto"})").ok());
}

TEST(NativeScore, RefusesAPrecisionItDoesNotHave) {
    const auto parsed = score_of(R"({"query": [1], "documents": [[1]], "precision": "float32"})");
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().message, R"(/precision: found "float32", allowed: "double", "auto")");
}

TEST(NativeScore, DoesNotKnowTheFieldsOfARanking) {
    const auto parsed =
        score_of(R"({"query": [1], "documents": [[1]], "top_n": 1, "return_documents": true})");
    ASSERT_TRUE(parsed.ok());
    EXPECT_THAT(parsed->warnings, ElementsAre("/top_n: unknown field, ignored",
                                              "/return_documents: unknown field, ignored"));
}

TEST(NativeScore, RefusesWhatIsMissing) {
    EXPECT_EQ(score_of("{}").error().pointer, "/query");
    EXPECT_EQ(score_of("").error().code, Code::malformed);
}

}  // namespace
}  // namespace qr::native
