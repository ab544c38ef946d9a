#include "host/rerank/reranker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace qr {

bool operator==(const RankedDocument& a, const RankedDocument& b) {
    return a.index == b.index && a.score == b.score;
}
void PrintTo(const RankedDocument& document, std::ostream* out) {
    *out << document.index << ':' << document.score;
}

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Rows {
    Rows(std::size_t queries, std::size_t documents, std::size_t dimension)
        : query_floats(queries * dimension, 1), document_floats(documents * dimension, 1) {
        vectors.queries = {query_floats.data(), queries, dimension};
        vectors.documents = {document_floats.data(), documents, dimension};
    }
    std::vector<float> query_floats;
    std::vector<float> document_floats;
    VectorInput vectors;
};

TEST(Reranker, PreparesATaskThatLooksAtTheRequestsVectors) {
    const Rows rows(2, 3, 4);
    const auto task = prepare(rows.vectors, scoring::Method::fidelity, {});
    ASSERT_TRUE(task.ok());
    EXPECT_EQ(task->queries.data, rows.query_floats.data());
    EXPECT_EQ(task->documents.rows, 3U);
    EXPECT_EQ(task->method, scoring::Method::fidelity);
}

TEST(Reranker, RefusesMoreDocumentsThanAllowed) {
    const Rows rows(1, 11, 1);
    const auto task = prepare(rows.vectors, scoring::Method::fidelity, {.documents_max = 10});
    ASSERT_FALSE(task.ok());
    EXPECT_EQ(task.error().code, Code::invalid);
    EXPECT_EQ(task.error().pointer, "/documents");
    EXPECT_EQ(task.error().message, "/documents: found 11 documents, allowed: at most 10");
}

TEST(Reranker, RefusesMoreQueriesThanAllowed) {
    const Rows rows(3, 1, 1);
    const auto task = prepare(rows.vectors, scoring::Method::fidelity, {.queries_max = 2});
    ASSERT_FALSE(task.ok());
    EXPECT_EQ(task.error().message, "/queries: found 3 queries, allowed: at most 2");
}

TEST(Reranker, RefusesMorePairsThanAllowed) {
    const Rows rows(3, 4, 1);
    EXPECT_TRUE(prepare(rows.vectors, scoring::Method::fidelity, {.pairs_max = 12}).ok());
    const auto task = prepare(rows.vectors, scoring::Method::fidelity, {.pairs_max = 11});
    ASSERT_FALSE(task.ok());
    EXPECT_EQ(task.error().message,
              "/queries: found 12 pairs of a query and a document, allowed: at most 11");
}

TEST(Reranker, DescribesANumberThatIsNotFinite) {
    Rows rows(1, 20, 5);
    rows.document_floats[17 * 5 + 3] = std::numeric_limits<float>::quiet_NaN();
    const RowFault fault{RowFault::Side::document, RowFault::Kind::not_finite, 17, 3};
    const Error error = describe(fault, rows.vectors, false);
    EXPECT_EQ(error.code, Code::invalid);
    EXPECT_EQ(error.pointer, "/documents/17");
    EXPECT_EQ(error.message,
              "/documents/17: found NaN as component 3, allowed: finite float32 numbers");
}

TEST(Reranker, TellsTheSignOfAnInfinity) {
    Rows rows(2, 1, 2);
    rows.query_floats[3] = -std::numeric_limits<float>::infinity();
    const RowFault fault{RowFault::Side::query, RowFault::Kind::not_finite, 1, 1};
    const Error error = describe(fault, rows.vectors, true);
    EXPECT_EQ(error.pointer, "/queries/1");
    EXPECT_EQ(error.found, "-infinity as component 1");
    rows.query_floats[3] = std::numeric_limits<float>::infinity();
    EXPECT_EQ(describe(fault, rows.vectors, true).found, "infinity as component 1");
}

TEST(Reranker, SaysWhyAZeroVectorIsRefused) {
    const Rows rows(1, 1, 2);
    const RowFault fault{RowFault::Side::query, RowFault::Kind::zero_vector, 0, 0};
    const Error error = describe(fault, rows.vectors, false);
    EXPECT_EQ(error.pointer, "/query");
    EXPECT_THAT(error.message, HasSubstr("a zero vector has no state"));
}

TEST(Reranker, RanksByDescendingScore) {
    const double scores[] = {0.25, 1, 0.5};
    const auto rankings = rank(scores, 1, 3, 0);
    ASSERT_EQ(rankings.size(), 1U);
    EXPECT_THAT(rankings[0].documents,
                ElementsAre(RankedDocument{1, 1}, RankedDocument{2, 0.5}, RankedDocument{0, 0.25}));
}

TEST(Reranker, BreaksTiesByAscendingIndex) {
    const double scores[] = {0.5, 1, 0.5, 1, -0.0, 0.0};
    const auto rankings = rank(scores, 1, 6, 5);
    std::vector<std::size_t> order;
    for (const RankedDocument& document : rankings[0].documents)
        order.push_back(document.index);
    EXPECT_THAT(order, ElementsAre(1, 3, 0, 2, 4));
}

TEST(Reranker, GivesEachQueryItsOwnRanking) {
    const double scores[] = {1, 2, 4, 3};
    const auto rankings = rank(scores, 2, 2, 1);
    ASSERT_EQ(rankings.size(), 2U);
    EXPECT_THAT(rankings[0].documents, ElementsAre(RankedDocument{1, 2}));
    EXPECT_THAT(rankings[1].documents, ElementsAre(RankedDocument{0, 4}));
}

TEST(Reranker, TakesATopNAboveTheNumberOfDocumentsForAll) {
    const double scores[] = {1, 2};
    EXPECT_EQ(rank(scores, 1, 2, 7)[0].documents.size(), 2U);
    EXPECT_EQ(rank(scores, 1, 2, 0)[0].documents.size(), 2U);
}

TEST(Reranker, AnyTopNIsThePrefixOfTheWholeRanking) {
    std::mt19937 random(20260103);
    for (int round = 0; round < 50; ++round) {
        SCOPED_TRACE("seed 20260103, round " + std::to_string(round));
        std::vector<double> scores(1 + random() % 200);
        for (double& score : scores)
            score = static_cast<double>(random() % 20);  // many ties
        const auto all = rank(scores, 1, scores.size(), 0)[0].documents;
        ASSERT_EQ(all.size(), scores.size());
        const std::size_t top_n = 1 + random() % scores.size();
        const auto top = rank(scores, 1, scores.size(), top_n)[0].documents;
        ASSERT_EQ(top.size(), top_n);
        ASSERT_TRUE(std::equal(top.begin(), top.end(), all.begin()));
    }
}

}  // namespace
}  // namespace qr
