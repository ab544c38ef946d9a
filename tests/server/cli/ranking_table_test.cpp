#include "server/cli/ranking_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string table(std::string_view answer, const TableStyle& style = {}) {
    const auto text = ranking_table(answer, style);
    return text ? *text : "refused: " + text.error().message;
}

TEST(RankingTable, ShowsRankScoreBarAndDocument) {
    EXPECT_EQ(
        " rank       score\n"
        "    1    1.000000  ████████████████  b  A text\n"
        "    2    0.500000  ████████          #7\n"
        "    3    0.000000                    c\n"
        "fidelity on cpu\n",
        table(R"({"method": "fidelity", "backend": "cpu", "results": [
            {"index": 1, "id": "b", "relevance_score": 1, "document": {"text": "A text"}},
            {"index": 7, "relevance_score": 0.5},
            {"index": 2, "id": "c", "relevance_score": 0}]})"));
}

TEST(RankingTable, BeginsItsBarsAtTheLowestScoreWhenSomeAreNegative) {
    const std::string text = table(R"({"method": "cosine", "backend": "cpu", "results": [
            {"index": 0, "relevance_score": 1}, {"index": 1, "relevance_score": -1}]})");
    EXPECT_THAT(text, HasSubstr("    1    1.000000  ████████████████  #0\n"));
    EXPECT_THAT(text, HasSubstr("    2   -1.000000                    #1\n"));
}

TEST(RankingTable, ShowsOneTableAQuery) {
    const std::string text = table(R"({"method": "dot", "backend": "cpu", "results": [
            [{"index": 0, "relevance_score": 2}], [{"index": 1, "relevance_score": 3}]]})");
    EXPECT_THAT(text, HasSubstr("query 0\n    1    2.000000"));
    EXPECT_THAT(text, HasSubstr("query 1\n    1    3.000000"));
}

TEST(RankingTable, CutsLinesToTheTerminalBetweenCharacters) {
    const std::string answer =
        R"({"method": "dot", "backend": "cpu", "results": [
            {"index": 0, "id": "x", "relevance_score": 1,
             "document": {"text": "ééééééééééééééééééééé"}}]})";
    EXPECT_THAT(table(answer, {.columns = 50}), HasSubstr("█  x  ééééééééé…\n"));
    EXPECT_THAT(table(answer, {.columns = 61}), HasSubstr("█  x  ééééééééééééééééééééé\n"));
}

TEST(RankingTable, LetsNoTextSteerTheTerminal) {
    const std::string text = table(R"({"method": "dot", "backend": "cpu", "results": [
            {"index": 0, "id": "a\u001b[2J\nb", "relevance_score": 1}]})");
    EXPECT_THAT(text, HasSubstr("  a [2J b\n"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(RankingTable, ColoursTheBarsOnlyWhenAsked) {
    const std::string answer =
        R"({"method": "dot", "backend": "cpu", "results": [{"index": 0, "relevance_score": 1}]})";
    EXPECT_THAT(table(answer), Not(HasSubstr("\x1b")));
    EXPECT_THAT(table(answer, {.is_coloured = true}),
                HasSubstr("\x1b[36m████████████████\x1b[0m  #0\n"));
}

TEST(RankingTable, RepeatsTheWarningsAndTakesNoResults) {
    EXPECT_EQ(" rank       score\ndot on cpu\nwarning: 'colour' is unknown\n",
              table(R"({"method": "dot", "backend": "cpu", "results": [],
                        "meta": {"warnings": ["'colour' is unknown", 5]}})"));
}

TEST(RankingTable, RefusesWhatIsNoRanking) {
    for (const char* answer :
         {"", "[]", "{}", R"({"results": 1})", R"({"results": [1]})", R"({"results": [[1]]})",
          R"({"results": [{"index": 0}]})", R"({"results": [{"relevance_score": 1}]})",
          R"({"results": [{"index": -1, "relevance_score": 1}]})",
          R"({"results": [[], {"index": 0, "relevance_score": 1}]})"})
        EXPECT_EQ("refused: the answer is no ranking", table(answer)) << answer;
}

}  // namespace
}  // namespace qr::cli
