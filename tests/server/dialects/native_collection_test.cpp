// Reranks whose vectors lie in a collection.
#include <gtest/gtest.h>

#include <string>

#include "payloads.h"
#include "server/dialects/dialects.h"

namespace qr::native {
namespace {

RerankRequest accepted(std::string_view json) {
    auto parsed = rerank_of(json);
    EXPECT_TRUE(parsed.ok()) << json << ": " << (parsed.ok() ? "" : parsed.error().message);
    return parsed.ok() ? *std::move(parsed) : RerankRequest{};
}

TEST(NativeCollection, ScoresDocumentsByTheirIdsInWhicheverOrderTheFieldsCome) {
    for (const char* const json :
         {R"({"query": [1], "collection": "papers", "documents": [{"id": "a"}, {"id": 7}]})",
          R"({"documents": [{"id": "a"}, {"id": 7}], "collection": "papers", "query": [1]})"}) {
        const RerankRequest parsed = accepted(json);
        ASSERT_TRUE(parsed.collection);
        EXPECT_EQ(parsed.collection->name, "papers");
        EXPECT_FALSE(is_search(parsed));
        ASSERT_EQ(parsed.labels.size(), 2U);
        EXPECT_EQ(parsed.labels[0].id, "a");
        EXPECT_EQ(parsed.labels[1].id, "7");
        EXPECT_EQ(parsed.vectors.documents.rows, 0U);
    }
}

TEST(NativeCollection, IsSearchedWhereTheRequestNamesNoDocuments) {
    const RerankRequest parsed = accepted(R"({"query": [1], "collection": "papers", "top_n": 5,
                     "filter": {"tags": {"all": ["x"]}}})");
    EXPECT_TRUE(is_search(parsed));
    EXPECT_EQ(parsed.top_n, 5U);
    EXPECT_EQ(parsed.collection->filter.all_tags.size(), 1U);
}

TEST(NativeCollection, IsNotAskedForByItsOptionsAlone) {
    EXPECT_FALSE(accepted(R"({"query": [1], "documents": [[1]], "certify": true})").collection);
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": [[1]], "filter": {}})"),
              "/filter: found a filter without a collection, allowed: a search");
}

TEST(NativeCollection, DoesNotMixWithVectorsOfTheRequest) {
    EXPECT_EQ(refusal_of(R"({"query": [1], "collection": "papers",
                             "documents": [{"id": "a"}, {"id": "b", "vector": [1]}]})"),
              "/documents/1: found a document with its own text or vector, allowed: {\"id\": ...} "
              "alone: the vectors are the collection's");
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": [[1], {"id": "a"}]})"),
              "/documents/1: found an id without a vector, allowed: a text, an array of numbers, "
              "an object with either, or \"collection\" where the id's vector lies");
    EXPECT_EQ(refusal_of(R"({"query": [1], "collection": "papers", "documents": [{"id": "a"}],
                             "filter": {}})"),
              "/filter: found a filter beside documents, allowed: one of them");
}

TEST(NativeCollection, IsSearchedForAtMostSoMany) {
    EXPECT_EQ(refusal_of(R"({"query": [1], "collection": "papers", "top_n": 16385})"),
              "/top_n: found 16385, allowed: at most 16384, of a search");
}

TEST(NativeCollection, HasANameOfBoundedLength) {
    EXPECT_EQ(refusal_of(R"({"query": [1], "collection": ""})"),
              "/collection: found 0 bytes, allowed: 1..128 bytes");
}

TEST(NativeCollection, IsNotSearchedByScore) {
    const auto parsed =
        parse_score(payload_of(R"({"query": [1], "collection": "papers"})"), test_buffers(), {});
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().pointer, "/documents");
}

TEST(NativeCollection, IsUnderstoodInEveryJsonDialectThatNamesDocuments) {
    struct Case {
        const dialects::ScoringForm& form;
        const char* json;
    };
    const Case cases[] = {
        {dialects::kCohereV2Rerank,
         R"({"model": "m", "query": [1], "collection": "papers", "documents": [{"id": "a"}]})"},
        {dialects::kJinaRerank,
         R"({"model": "m", "query": [1], "collection": "papers", "documents": [{"id": "a"}]})"},
        {dialects::kVoyageRerank,
         R"({"model": "m", "query": [1], "collection": "papers", "documents": [{"id": "a"}]})"},
        {dialects::kTeiRerank, R"({"query": [1], "collection": "papers", "texts": [{"id": "a"}]})"},
        {dialects::kNimRanking,
         R"({"model": "m", "query": [1], "collection": "papers", "passages": [{"id": "a"}]})"},
        {dialects::kNativeScore,
         R"({"query": [1], "collection": "papers", "documents": [{"id": "a"}]})"},
    };
    for (const Case& one : cases) {
        const dialects::ScoringChoice choice{"", &one.form};
        const auto read =
            dialects::read_scoring(payload_of(one.json), test_buffers(), {}, {&choice, 1});
        ASSERT_TRUE(read.request.ok()) << one.json << read.request.error().message;
        EXPECT_EQ(read.request->collection->name, "papers") << one.json;
    }
}

}  // namespace
}  // namespace qr::native
