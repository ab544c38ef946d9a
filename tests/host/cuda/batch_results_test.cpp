#include "host/cuda/batch_results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "tests/host/backend/vectors.h"

namespace qr::cuda {
namespace {

using device::kNoBadRow;
using scoring::Method;
using testing::ElementsAre;
using testing::IsEmpty;
using Side = RowFault::Side;
using Kind = RowFault::Kind;

class SwitchedClaim final : public Claim {
  public:
    bool is_dropped() const noexcept override { return ++questions, is_gone; }
    bool is_gone = false;
    mutable int questions = 0;
};

class Results : public testing::Test {
  protected:
    ScoreBatch batch(Method method, std::shared_ptr<const Claim> claim = nullptr) const {
        ScoreTask task = test::task_of(queries_, documents_, method);
        task.claim = std::move(claim);
        return {{task}};
    }

    test::Matrix queries_ = test::matrix_of({{1}, {2}, {3}});
    test::Matrix documents_ = test::matrix_of({{4}, {5}, {6}, {7}});
};

TEST_F(Results, PartsLandWhereTheyBelong) {
    const ScoreBatch all = batch(Method::dot);
    BatchResults results(all);
    results.take({0, 0, 2, 0, 3}, std::vector<double>{1, 2, 3, 4, 5, 6}, kNoBadRow);
    results.take({0, 2, 1, 0, 4}, std::vector<double>{10, 11, 12, 13}, kNoBadRow);
    results.take({0, 0, 2, 3, 1}, std::vector<double>{7, 8}, kNoBadRow);
    const Scores scores = std::move(results).finish();
    EXPECT_THAT(scores.tasks.at(0).values, ElementsAre(1, 2, 3, 7, 4, 5, 6, 8, 10, 11, 12, 13));
    EXPECT_EQ(std::nullopt, scores.tasks[0].fault);
}

TEST_F(Results, TheBuresAngleIsReadOutHere) {
    const ScoreBatch all = batch(Method::bures_angle);
    BatchResults results(all);
    results.take({0, 0, 1, 0, 4}, std::vector<double>{1, -1, 0, std::sqrt(0.5)}, kNoBadRow);
    const Scores scores = std::move(results).finish();
    EXPECT_EQ(1, scores.tasks[0].values[0]);
    EXPECT_EQ(1, scores.tasks[0].values[1]);
    EXPECT_EQ(0, scores.tasks[0].values[2]);
    EXPECT_NEAR(0.5, scores.tasks[0].values[3], 1e-15);
}

TEST_F(Results, TheLowestBadDocumentIsNamedWhicheverRunFoundIt) {
    documents_.at(1, 0) = 0;
    documents_.at(3, 0) = std::numeric_limits<float>::infinity();
    const ScoreBatch all = batch(Method::cosine);
    BatchResults results(all);
    results.take({0, 0, 3, 2, 2}, std::vector<double>(6), 3 + 1);
    results.take({0, 0, 3, 0, 2}, std::vector<double>(6), 3 + 1);
    const Scores scores = std::move(results).finish();
    EXPECT_EQ((RowFault{Side::document, Kind::zero_vector, 1, 0}), scores.tasks[0].fault);
    EXPECT_THAT(scores.tasks[0].values, IsEmpty());
}

TEST_F(Results, ABadQueryStandsBeforeBadDocuments) {
    documents_.at(0, 0) = 0;
    queries_.at(2, 0) = std::numeric_limits<float>::quiet_NaN();
    const ScoreBatch all = batch(Method::cosine);
    BatchResults results(all);
    results.take({0, 0, 2, 0, 4}, std::vector<double>(8), 2);
    results.take({0, 2, 1, 0, 4}, std::vector<double>(4), 0);
    const Scores scores = std::move(results).finish();
    EXPECT_EQ((RowFault{Side::query, Kind::not_finite, 2, 0}), scores.tasks[0].fault);
}

TEST_F(Results, ADroppedTaskTellsNothingAndIsAskedNoMore) {
    documents_.at(0, 0) = 0;
    const auto claim = std::make_shared<SwitchedClaim>();
    const ScoreBatch all = batch(Method::cosine, claim);
    BatchResults results(all);
    EXPECT_TRUE(results.is_wanted(0));
    results.take({0, 0, 3, 0, 4}, std::vector<double>(12), 3);
    claim->is_gone = true;
    EXPECT_FALSE(results.is_wanted(0));
    const int questions = claim->questions;
    EXPECT_FALSE(results.is_wanted(0));
    EXPECT_EQ(questions, claim->questions);
    const Scores scores = std::move(results).finish();
    EXPECT_TRUE(scores.tasks[0].is_dropped);
    EXPECT_EQ(std::nullopt, scores.tasks[0].fault);
    EXPECT_THAT(scores.tasks[0].values, IsEmpty());
}

TEST_F(Results, ScoresAreNotTakenForATaskThatWasDroppedMeanwhile) {
    const auto claim = std::make_shared<SwitchedClaim>();
    const ScoreBatch all = batch(Method::cosine, claim);
    BatchResults results(all);
    claim->is_gone = true;
    results.take({0, 0, 3, 0, 4}, std::vector<double>(12), kNoBadRow);
    EXPECT_TRUE(std::move(results).finish().tasks[0].is_dropped);
}

}  // namespace
}  // namespace qr::cuda
