// What rerank and score have in common, tested by way of rerank.
#include "server/dialects/native_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "payloads.h"

namespace qr::native {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string with(const std::string& field) {
    return R"({"query": [1, 2], "documents": [[3, 4]], )" + field + "}";
}

TEST(NativeRequest, ReadsEveryOption) {
    const auto parsed = rerank_of(
        with(R"("method": "bures_angle", "timeout_ms": 600000, "priority": 999, "model": "m")"));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->method, scoring::Method::bures_angle);
    EXPECT_EQ(parsed->timeout, std::chrono::milliseconds(600'000));
    EXPECT_EQ(parsed->priority, 999);
    EXPECT_EQ(parsed->model, "m");
    EXPECT_THAT(parsed->warnings,
                ElementsAre("/model: not used, the request carries its own vectors"));
}

TEST(NativeRequest, HasDefaultsForEveryOption) {
    const auto parsed = rerank_of(R"({"query": [1, 2], "documents": [[3, 4]]})");
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->method, scoring::Method::signed_fidelity);
    EXPECT_EQ(parsed->timeout, std::nullopt);
    EXPECT_EQ(parsed->priority, 0);
    EXPECT_EQ(parsed->model, std::nullopt);
    EXPECT_TRUE(parsed->warnings.empty());
}

TEST(NativeRequest, TakesNullForAbsentEverywhere) {
    const auto parsed = rerank_of(with(
        R"("method": null, "timeout_ms": null, "priority": null, "model": null, "queries": null,
           "collection": null, "top_n": null, "return_documents": null)"));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_TRUE(parsed->warnings.empty());
    EXPECT_EQ(refusal_of(R"({"query": null, "documents": [[1]]})"),
              R"(/query: found nothing, allowed: "query" or "queries")");
}

TEST(NativeRequest, RefusesOptionsOutsideTheirRange) {
    EXPECT_EQ(refusal_of(with(R"("timeout_ms": 0)")),
              "/timeout_ms: found 0, allowed: an integer 1..600000");
    EXPECT_EQ(refusal_of(with(R"("timeout_ms": 600001)")),
              "/timeout_ms: found 600001, allowed: an integer 1..600000");
    EXPECT_EQ(refusal_of(with(R"("priority": 1000)")),
              "/priority: found 1000, allowed: an integer 0..999");
    EXPECT_EQ(refusal_of(with(R"("priority": "high")")),
              "/priority: found a string, allowed: an integer 0..999");
    EXPECT_EQ(refusal_of(with(R"("model": 5)")), "/model: found a number, allowed: a string");
    EXPECT_EQ(refusal_of(with(R"("model": ")" + std::string(257, 'm') + '"')),
              "/model: found 257 bytes, allowed: at most 256 bytes");
}

TEST(NativeRequest, ListsTheMethodsBesideAnUnknownOne) {
    EXPECT_EQ(refusal_of(with(R"("method": "euclid")")),
              "/method: found \"euclid\", allowed: signed_fidelity, fidelity, bures_angle, "
              "cosine, dot");
    EXPECT_THAT(refusal_of(with(R"("method": 1)")), HasSubstr("/method: found a number, allowed: "
                                                              "signed_fidelity, "));
}

TEST(NativeRequest, RefusesWhatIsMissing) {
    EXPECT_EQ(refusal_of("{}"), R"(/query: found nothing, allowed: "query" or "queries")");
    EXPECT_EQ(refusal_of(R"({"query": [1]})"),
              "/documents: found nothing, allowed: a list of documents, each a text or a vector");
}

TEST(NativeRequest, RefusesAQueryBesideQueries) {
    EXPECT_EQ(refusal_of(R"({"query": [1], "queries": [[1]], "documents": [[1]]})"),
              R"(/queries: found both "query" and "queries", allowed: one of them)");
    EXPECT_EQ(refusal_of(R"({"queries": [[1]], "query": [1], "documents": [[1]]})"),
              R"(/query: found both "query" and "queries", allowed: one of them)");
}

TEST(NativeRequest, RefusesAFieldThatComesTwice) {
    EXPECT_EQ(refusal_of(R"({"query": [1], "query": [1], "documents": [[1]]})"),
              "/query: found the field a second time, allowed: once");
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": [{"vector": [1], "vector": [2]}]})"),
              "/documents/0/vector: found the field a second time, allowed: once");
}

TEST(NativeRequest, RefusesAHeaderLongerThanTheBody) {
    const auto parsed = parse_rerank(payload_of("{}", 900), test_buffers(), {});
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().code, Code::malformed);
    EXPECT_EQ(parsed.error().message,
              "Inference-Header-Content-Length: found 900, allowed: at most the body's 2 bytes");
}

TEST(NativeRequest, RefusesWhatIsNotJsonAsMalformed) {
    for (const char* wrong :
         {"", "   ", "{", "nope", "{\"query\": [1,}", "{\"query\": [1] \"documents\": [[1]]}",
          "{\"query\": [1], \"documents\": [[1]]} x", "{\"query\": [1], \"documents\": [[1]]}}",
          "{\"query\": [1], \"documents\": [[1]]", "{\"query\": [1], \"documents\": [[1}]}",
          "{\"query\": [1], \"documents\": [[1]], \"model\": \"\xFF\"}",
          "{\"query\": [1], \"documents\": [[1]], \"model\": \"\\ud800\"}",
          "{\"query\": [1], \"documents\": [[1]], \"unknown\": nope}",
          "{\"query\": [01], \"documents\": [[1]]}",
          "{\"query\": [1], \"documents\": [{\"vector\": [1]}"}) {
        const auto parsed = rerank_of(wrong);
        ASSERT_FALSE(parsed.ok()) << wrong;
        EXPECT_EQ(parsed.error().code, Code::malformed) << wrong << ": " << parsed.error().message;
        EXPECT_EQ(parsed.error().pointer, "") << wrong;
    }
}

TEST(NativeRequest, RefusesStringsThatPretendToBeKeys) {
    for (const char* wrong :
         {R"({"query": [1], "documents": {"ids": ["x", "y": 1], "shape": [1, 1]}})",
          R"({"query": [1], "documents": {"ids": ["x", "yshape": [2, 1], "vector": "AACAPw=="}})",
          R"({"query": [1], "model": "m": 1, "documents": [[1]]})",
          R"({"query": [1], "documents": [{"vector": "AACAPw==": [1]}]})"}) {
        const auto parsed = rerank_of(wrong);
        ASSERT_FALSE(parsed.ok()) << wrong;
        EXPECT_EQ(parsed.error().code, Code::malformed) << wrong;
    }
}

TEST(NativeRequest, RefusesAnyPrefixOfARequest) {
    const std::string whole =
        R"({"queries": [[1, 2]], "documents": [{"id": 7, "vector": "AACAPwAAAEA="}], "top_n": 1})";
    ASSERT_EQ(refusal_of(whole), "accepted");
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto parsed = rerank_of(whole.substr(0, size));
        ASSERT_FALSE(parsed.ok()) << size;
        EXPECT_EQ(parsed.error().code, Code::malformed) << size;
    }
}

TEST(NativeRequest, RefusesADocumentThatIsNoObject) {
    EXPECT_EQ(refusal_of("[]"), "body: found an array, allowed: an object");
    EXPECT_EQ(refusal_of("\"text\""), "body: found a string, allowed: an object");
}

TEST(NativeRequest, BoundsTheWarnings) {
    std::string body = R"({"query": [1], "documents": [[1]])";
    for (int i = 0; i < 100; ++i)
        body += R"(, "extra)" + std::to_string(i) + R"(": 0)";
    const auto parsed = rerank_of(body + "}", {.warnings_max = 4});
    ASSERT_TRUE(parsed.ok());
    ASSERT_EQ(parsed->warnings.size(), 4U);
    EXPECT_EQ(parsed->warnings[0], "/extra0: unknown field, ignored");
    EXPECT_EQ(parsed->warnings[3], "more was ignored than is listed here");
}

}  // namespace
}  // namespace qr::native
