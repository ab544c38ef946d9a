#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "payloads.h"

namespace qr::native {
namespace {

using testing::ElementsAre;

TEST(NativeRerank, ParsesAWholeRequest) {
    const auto parsed = rerank_of(R"({
        "query": [1, 0.5], "documents": [[1, 2], {"id": "b", "text": "B", "vector": [3, 4]}],
        "method": "fidelity", "top_n": 1, "return_documents": true})");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(floats_of(parsed->vectors.queries), (std::vector<float>{1, 0.5F}));
    EXPECT_EQ(floats_of(parsed->vectors.documents), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(parsed->vectors.documents.dimension, 2U);
    EXPECT_FALSE(parsed->is_query_list);
    EXPECT_EQ(parsed->method, scoring::Method::fidelity);
    EXPECT_EQ(parsed->top_n, 1U);
    EXPECT_TRUE(parsed->return_documents);
    ASSERT_EQ(parsed->labels.size(), 2U);
    EXPECT_EQ(parsed->labels[0].id, std::nullopt);
    EXPECT_EQ(parsed->labels[1].id, "b");
    EXPECT_EQ(parsed->labels[1].text, "B");
}

TEST(NativeRerank, TellsOneQueryInAListFromAQuery) {
    const auto parsed = rerank_of(R"({"queries": [[1]], "documents": [[1]]})");
    ASSERT_TRUE(parsed.ok());
    EXPECT_TRUE(parsed->is_query_list);
    EXPECT_EQ(parsed->vectors.queries.rows, 1U);
}

TEST(NativeRerank, TakesTheFieldsInAnyOrder) {
    const auto parsed = rerank_of(
        R"({"top_n": 2, "documents": [{"vector": [3, 4], "id": 5}], "queries": [[1, 2], [5, 6]]})");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(floats_of(parsed->vectors.queries), (std::vector<float>{1, 2, 5, 6}));
    EXPECT_EQ(floats_of(parsed->vectors.documents), (std::vector<float>{3, 4}));
    EXPECT_EQ(parsed->top_n, 2U);
}

TEST(NativeRerank, RefusesATopNThatIsNoCount) {
    const std::string start = R"({"query": [1], "documents": [[1]], "top_n": )";
    EXPECT_EQ(refusal_of(start + "-1}"), "/top_n: found -1, allowed: an integer 0..2147483647");
    EXPECT_EQ(refusal_of(start + "1.5}"), "/top_n: found 1.5, allowed: an integer 0..2147483647");
    EXPECT_EQ(refusal_of(start + "\"1\"}"),
              "/top_n: found a string, allowed: an integer 0..2147483647");
}

TEST(NativeRerank, RefusesAReturnDocumentsThatIsNoBoolean) {
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": [[1]], "return_documents": 1})"),
              "/return_documents: found a number, allowed: true or false");
}

TEST(NativeRerank, NamesUnknownFieldsOfEveryLevelOnce) {
    const auto parsed = rerank_of(R"({"query": {"vector": [1], "lang": "en"}, "best": 3,
        "documents": [{"vector": [1], "title": "a"}, {"title": "b", "vector": [2]}]})");
    ASSERT_TRUE(parsed.ok());
    EXPECT_THAT(parsed->warnings,
                ElementsAre("/query/lang: unknown field, ignored", "/best: unknown field, ignored",
                            "/documents/*/title: unknown field, ignored"));
}

TEST(NativeRerank, ParsesTenThousandDocuments) {
    std::string body = R"({"query": [1, 2, 3], "documents": [)";
    for (int i = 0; i < 10'000; ++i)
        body += (i == 0 ? "" : ",") + std::string(R"({"vector": [)") + std::to_string(i) +
                R"(, 0.5, -1], "id": )" + std::to_string(i) + "}";
    const auto parsed = rerank_of(body + "]}");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    ASSERT_EQ(parsed->vectors.documents.rows, 10'000U);
    EXPECT_EQ(parsed->vectors.documents.row(9'999)[0], 9'999.0F);
    EXPECT_EQ(parsed->labels.at(9'999).id, "9999");
}

TEST(NativeRerank, RefusesMoreDocumentsOrQueriesThanItsLimits) {
    const ParseLimits limits{.documents_max = 2, .queries_max = 1};
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": [[1], [1], [1]]})", limits),
              "/documents: found more than 2 documents, allowed: 1..2 documents");
    EXPECT_EQ(refusal_of(R"({"queries": [[1], [1]], "documents": [[1]]})", limits),
              "/queries: found more than 1 queries, allowed: 1..1 queries");
}

TEST(NativeRerank, LeavesTheThreadsParserReadyAfterAnError) {
    EXPECT_NE(refusal_of(R"({"query": [1, "x"]})"), "accepted");
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": [[1]]})"), "accepted");
}

TEST(NativeRerank, GivesItsBuffersBack) {
    BufferPool buffers(0);
    {
        const auto parsed =
            parse_rerank(payload_of(R"({"query": [1], "documents": [[1]]})"), buffers, {});
        ASSERT_TRUE(parsed.ok());
        EXPECT_GT(buffers.lent_bytes(), 0U);
    }
    EXPECT_EQ(buffers.lent_bytes(), 0U);
}

}  // namespace
}  // namespace qr::native
