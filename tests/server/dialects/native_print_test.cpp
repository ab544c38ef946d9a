#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "server/dialects/native.h"

namespace qr::native {
namespace {

// Three documents of five numbers; the floats themselves are never printed.
RerankRequest request_of(std::size_t queries) {
    RerankRequest request;
    request.vectors.queries = {nullptr, queries, 5};
    request.vectors.documents = {nullptr, 3, 5};
    return request;
}

constexpr Provenance kProvenance = {.id = "req-1", .backend = "cpu"};
const Ranking kRanking = {{{2, 1}, {0, 0.25}}};

constexpr std::string_view kTail =
    R"("usage":{"queries":1,"documents":3,"prompt_tokens":0,"total_tokens":0},)"
    R"("meta":{"dimension":5,"qubits":3,"warnings":[],"api_version":{"version":"1"},)"
    R"("billed_units":{"search_units":1}}})";

TEST(NativePrint, PrintsOneRankingAsAList) {
    EXPECT_EQ(print_rankings(request_of(1), std::span(&kRanking, 1), kProvenance),
              std::string(R"({"id":"req-1","model":"vectors","method":"signed_fidelity",)"
                          R"("backend":"cpu","exact":true,)"
                          R"("equivalent_classical":"cosine: the same ranking",)"
                          R"("results":[{"index":2,"relevance_score":1},)"
                          R"({"index":0,"relevance_score":0.25}],)") +
                  std::string(kTail));
}

TEST(NativePrint, PrintsAListOfQueriesAsAListOfLists) {
    RerankRequest request = request_of(1);
    request.is_query_list = true;
    const std::string one = print_rankings(request, std::span(&kRanking, 1), kProvenance);
    EXPECT_NE(one.find(R"("results":[[{"index":2,)"), std::string::npos) << one;
    request = request_of(2);
    request.is_query_list = true;
    const std::array rankings = {kRanking, Ranking{{{1, 0.5}, {2, 0.125}}}};
    const std::string two = print_rankings(request, rankings, kProvenance);
    EXPECT_NE(two.find(R"("relevance_score":0.25}],[{"index":1,)"), std::string::npos) << two;
    EXPECT_NE(two.find(R"("usage":{"queries":2,)"), std::string::npos) << two;
}

TEST(NativePrint, EchoesTheModelThatWasAskedFor) {
    RerankRequest request = request_of(1);
    request.model = "bge \"m3\"";
    request.warnings = {"one", "two"};
    const std::string text = print_rankings(request, std::span(&kRanking, 1), kProvenance);
    EXPECT_NE(text.find(R"("model":"bge \"m3\"")"), std::string::npos) << text;
    EXPECT_NE(text.find(R"("warnings":["one","two"])"), std::string::npos) << text;
}

TEST(NativePrint, ReturnsADocumentOnlyWhenAskedAndKnown) {
    RerankRequest request = request_of(1);
    request.labels = {{"a", "Text A"}, {"b", "Text B"}, {"c", std::nullopt}};
    std::string text = print_rankings(request, std::span(&kRanking, 1), kProvenance);
    EXPECT_NE(text.find(R"({"index":2,"id":"c","relevance_score":1},)"
                        R"({"index":0,"id":"a","relevance_score":0.25}])"),
              std::string::npos)
        << text;
    request.return_documents = true;
    text = print_rankings(request, std::span(&kRanking, 1), kProvenance);
    EXPECT_NE(text.find(R"({"index":2,"id":"c","relevance_score":1},)"
                        R"({"index":0,"id":"a","relevance_score":0.25,)"
                        R"("document":{"text":"Text A"}}])"),
              std::string::npos)
        << text;
}

TEST(NativePrint, PrintsScoresByRow) {
    ScoreRequest request;
    request.vectors.queries = {nullptr, 2, 5};
    request.vectors.documents = {nullptr, 2, 5};
    request.method = scoring::Method::dot;
    const std::array<double, 4> scores = {0.1, -2, 3e100, 0};
    EXPECT_EQ(print_scores(request, scores, kProvenance),
              R"({"id":"req-1","model":"vectors","method":"dot","backend":"cpu","exact":true,)"
              R"("equivalent_classical":"dot",)"
              R"("precision":"double","scores":[[0.1,-2],[3e+100,0]],)"
              R"("usage":{"queries":2,"documents":2,"prompt_tokens":0,"total_tokens":0},)"
              R"("meta":{"dimension":5,"qubits":3,"warnings":[],"api_version":{"version":"1"},)"
              R"("billed_units":{"search_units":1}}})");
}

}  // namespace
}  // namespace qr::native
