#include "host/backend/score_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "tests/host/backend/vectors.h"
#include "tests/support/faulty_backend.h"

namespace qr::test {
namespace {

using scoring::Method;
using testing::HasSubstr;

class DroppedClaim final : public Claim {
  public:
    bool is_dropped() const noexcept override { return true; }
};

class ScoreCheck : public testing::Test {
  protected:
    std::string check(std::uint64_t draw = 0) {
        return find_wrong_score(*judge_, batch_, scores_, draw);
    }
    static void flip_last_bit(double& score) {
        score = std::bit_cast<double>(std::bit_cast<std::uint64_t>(score) ^ 1);
    }

    Random random_{4};
    Matrix queries_ = random_matrix(random_, 2, 40);
    Matrix few_ = random_matrix(random_, 3, 40);
    Matrix many_ = random_matrix(random_, 10, 40);
    ScoreBatch batch_{{task_of(queries_, few_, Method::cosine),
                       task_of(queries_, many_, Method::signed_fidelity)}};
    std::unique_ptr<FidelityBackend> judge_ = make("reference", 1);
    Scores scores_ = scores_of(*make("cpu", 1), batch_);
};

TEST_F(ScoreCheck, FindsNothingWrongWithRightScores) {
    for (std::uint64_t draw = 0; draw < 100; ++draw)
        EXPECT_EQ("", check(draw));
}

TEST_F(ScoreCheck, FindsOneBitInEveryScoreAtOnce) {
    for (double& score : scores_.tasks[1].values)
        flip_last_bit(score);
    for (std::uint64_t draw = 0; draw < 100; ++draw)
        EXPECT_THAT(check(draw), HasSubstr("task 1 of the batch: query "));
    EXPECT_THAT(check(), HasSubstr("differ from backend 'reference'"));
}

// 20 pairs: each draw sees the spoiled one with probability 1/20.
TEST_F(ScoreCheck, FindsASingleWrongScoreWithTheStatedOdds) {
    flip_last_bit(scores_.tasks[1].values[13]);
    int found = 0;
    for (std::uint64_t draw = 0; draw < 20'000; ++draw)
        found += check(draw).empty() ? 0 : 1;
    EXPECT_GT(found, 1'000 - 150);  // five standard deviations
    EXPECT_LT(found, 1'000 + 150);
}

TEST_F(ScoreCheck, SeesEveryPairSoonerOrLater) {
    for (std::size_t pair = 0; pair < 20; ++pair) {
        const double right = scores_.tasks[1].values[pair];
        flip_last_bit(scores_.tasks[1].values[pair]);
        int found = 0;
        for (std::uint64_t draw = 0; draw < 1'000; draw += 2)  // as a batch of two tasks draws
            found += check(draw).empty() ? 0 : 1;
        EXPECT_GT(found, 0) << pair;
        scores_.tasks[1].values[pair] = right;
    }
}

TEST_F(ScoreCheck, RefusesAnswersOfTheWrongShape) {
    Scores missing = scores_;
    missing.tasks.pop_back();
    EXPECT_EQ("scores of 1 tasks, expected 2", find_wrong_score(*judge_, batch_, missing, 0));
    scores_.tasks[0].values.pop_back();
    EXPECT_EQ("task 0 of the batch has 5 scores, expected 6", check());
    scores_.tasks[0] = {.is_dropped = true};  // nobody dropped it
    EXPECT_EQ("task 0 of the batch has 0 scores, expected 6", check());
}

TEST_F(ScoreCheck, LeavesATaskAloneWhoseClaimWasDropped) {
    batch_.tasks[0].claim = std::make_shared<DroppedClaim>();
    scores_.tasks[0] = {.is_dropped = true};
    EXPECT_EQ("", check());
}

TEST_F(ScoreCheck, AcceptsARefusalForABadRowAndNoOther) {
    few_.at(2, 7) = std::numeric_limits<float>::quiet_NaN();
    scores_ = scores_of(*make("cpu", 1), batch_);
    ASSERT_TRUE(scores_.tasks[0].fault.has_value());
    EXPECT_EQ("", check());
    scores_.tasks[0].fault->component = 8;
    EXPECT_THAT(check(), HasSubstr("task 0"));
    scores_.tasks[0].fault = RowFault{RowFault::Side::document, RowFault::Kind::not_finite, 1, 7};
    EXPECT_THAT(check(), HasSubstr("task 0"));
    scores_.tasks[0].fault = RowFault{RowFault::Side::query, RowFault::Kind::zero_vector, 0, 0};
    EXPECT_THAT(check(), HasSubstr("task 0"));
    scores_.tasks[0].fault = RowFault{RowFault::Side::document, RowFault::Kind::not_finite, 3, 7};
    EXPECT_EQ("task 0 of the batch is refused for row 3, it has 3", check());
}

TEST_F(ScoreCheck, FindsABadRowThatWasScored) {
    for (std::size_t row = 0; row < 3; ++row)
        few_.at(row, 0) = std::numeric_limits<float>::infinity();
    EXPECT_THAT(check(), HasSubstr("task 0"));
}

TEST_F(ScoreCheck, SaysNothingWhereTheJudgeCannot) {
    FaultyBackend judge(make("reference", 1));
    judge.set(Fault::Kind::out_of_memory);
    flip_last_bit(scores_.tasks[0].values[0]);
    EXPECT_EQ("", find_wrong_score(judge, batch_, scores_, 0));
}

}  // namespace
}  // namespace qr::test
