#include "perf/inputs/answer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace qr::perf {
namespace {

constexpr Shape kShape = {5, 8};

RankingAnswer ranking() {
    return make_ranking_answer(kShape, 3, Labels::ids_and_texts);
}
void pass(const RankingAnswer& answer, const std::string& text) {
    pass_gate("rankings", answer, text);
}

TEST(AnswerGate, PassesWhatWasPrinted) {
    EXPECT_EQ(16U, pass_gate("rankings", ranking(), print(ranking())).size());
    EXPECT_EQ(
        16U,
        pass_gate("scores", make_score_answer(kShape), print(make_score_answer(kShape))).size());
}

TEST(AnswerGateDeathTest, RefusesAnotherScore) {
    RankingAnswer wrong = ranking();
    double& score = wrong.rankings[0].documents[1].score;
    score = std::nextafter(score, 0.0);
    EXPECT_EXIT(pass(ranking(), print(wrong)), testing::ExitedWithCode(1),
                "wrong: rankings: differs from its number");
    ScoreAnswer scores = make_score_answer(kShape);
    scores.scores[4] = std::nextafter(scores.scores[4], 0.0);
    EXPECT_EXIT(pass_gate("scores", make_score_answer(kShape), print(scores)),
                testing::ExitedWithCode(1), "wrong: scores: differs from its number");
}

TEST(AnswerGateDeathTest, RefusesAnotherDocument) {
    RankingAnswer wrong = ranking();
    wrong.rankings[0].documents[2].index = 0;
    EXPECT_EXIT(pass(ranking(), print(wrong)), testing::ExitedWithCode(1), "differs");
}

TEST(AnswerGateDeathTest, RefusesAnotherText) {
    RankingAnswer wrong = ranking();
    wrong.request.labels[wrong.rankings[0].documents[0].index].text = "Something else";
    EXPECT_EXIT(pass(ranking(), print(wrong)), testing::ExitedWithCode(1), "has no");
}

TEST(AnswerGateDeathTest, RefusesOneThatIsCutShort) {
    RankingAnswer wrong = ranking();
    wrong.rankings[0].documents.pop_back();
    EXPECT_EXIT(pass(ranking(), print(wrong)), testing::ExitedWithCode(1), "has no");
    EXPECT_EXIT(pass(ranking(), ""), testing::ExitedWithCode(1), "has no further \"results\"");
}

TEST(ScoresGate, PassesScoresInTheirOrderWhateverTheirDialect) {
    const std::vector<double> scores = {0.75, 0.5, 0.25};
    EXPECT_EQ(16U,
              pass_gate("scores", scores, Numbers::digits, R"([{"s":0.75},{"s":0.5},{"s":0.25}])")
                  .size());
    const std::string bytes(reinterpret_cast<const char*>(scores.data()), 3 * sizeof(double));
    EXPECT_EQ(16U, pass_gate("scores", scores, Numbers::bytes, "{}" + bytes).size());
}

TEST(ScoresGateDeathTest, RefusesAnotherOrderAndAnotherScore) {
    const std::vector<double> scores = {0.75, 0.5, 0.25};
    for (const char* const wrong : {"[0.75,0.25,0.5]", "[0.75,0.5]", "[0.75,0.5,0.125]"}) {
        EXPECT_EXIT(pass_gate("scores", scores, Numbers::digits, wrong), testing::ExitedWithCode(1),
                    "wrong: scores: has no further 0.25");
    }
}

}  // namespace
}  // namespace qr::perf
