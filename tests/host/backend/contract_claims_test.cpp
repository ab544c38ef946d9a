// What every registered backend promises of claims and of threads: a dropped task costs nothing
// more and disturbs nobody, and calls from several threads give the bits of one.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/host/backend/contract.h"

namespace qr::test {
namespace {

using scoring::Method;
using testing::IsEmpty;

// Counts the questions it is asked, and is dropped from one of them on.
class CountingClaim final : public Claim {
  public:
    static constexpr int kNever = 1 << 30;
    explicit CountingClaim(int dropped_from = kNever) : dropped_from_(dropped_from) {}

    bool is_dropped() const noexcept override { return questions_++ >= dropped_from_; }
    int questions() const { return questions_; }

  private:
    const int dropped_from_;
    mutable std::atomic<int> questions_ = 0;
};

class ClaimContract : public Contract {
  protected:
    // Many tiles, whatever a backend calls one.
    const Matrix query_ = random_matrix(random_, 2, 129);
    const Matrix documents_ = random_matrix(random_, 10'000, 129);
    const Matrix few_ = random_matrix(random_, 5, 129);

    ScoreTask task(const Matrix& documents, std::shared_ptr<const Claim> claim) const {
        ScoreTask task = task_of(query_, documents, Method::signed_fidelity);
        task.claim = std::move(claim);
        return task;
    }
};
REGISTERED_BACKENDS(ClaimContract);

TEST_P(ClaimContract, AWantedTaskIsScoredAndItsClaimAskedAgainAndAgain) {
    const auto claim = std::make_shared<const CountingClaim>();
    const TaskScores scores = scores_of(*backend_, task(documents_, claim));
    EXPECT_FALSE(scores.is_dropped);
    EXPECT_EQ(bits(task(documents_, nullptr)), bits_of(scores.values));
    EXPECT_GE(claim->questions(), 10);
}

TEST_P(ClaimContract, ADroppedTaskIsLeftOutAtOnceAndItsNeighboursKeepTheirBits) {
    const auto dropped = std::make_shared<const CountingClaim>(0);
    const ScoreBatch batch = {
        {task(few_, nullptr), task(few_, dropped), task(few_, std::make_shared<CountingClaim>())}};
    const Scores scores = scores_of(*backend_, batch);
    ASSERT_EQ(3U, scores.tasks.size());
    EXPECT_TRUE(scores.tasks[1].is_dropped);
    EXPECT_THAT(scores.tasks[1].values, IsEmpty());
    EXPECT_LE(dropped->questions(), 2);  // a decorator makes sure that the claim really was
    for (const std::size_t i : {0U, 2U}) {
        EXPECT_FALSE(scores.tasks[i].is_dropped);
        EXPECT_EQ(bits(task(few_, nullptr)), bits_of(scores.tasks[i].values));
    }
}

TEST_P(ClaimContract, ATaskDroppedInTheMiddleEndsEarly) {
    for (const int dropped_from : {1, 2, 5}) {
        const auto claim = std::make_shared<const CountingClaim>(dropped_from);
        const TaskScores scores = scores_of(*backend_, task(documents_, claim));
        EXPECT_TRUE(scores.is_dropped);
        EXPECT_THAT(scores.values, IsEmpty());
        // Each thread may have a question under way, and a decorator makes sure.
        EXPECT_LE(claim->questions(), dropped_from + 3);
    }
}

TEST_P(ClaimContract, ADroppedTaskTellsNoFault) {
    Matrix bad = few_;
    bad.at(0, 0) = std::numeric_limits<float>::infinity();
    const TaskScores scores =
        scores_of(*backend_, task(bad, std::make_shared<const CountingClaim>(0)));
    EXPECT_TRUE(scores.is_dropped);
    EXPECT_EQ(std::nullopt, scores.fault);
}

TEST_P(ClaimContract, SeveralThreadsAtOnceGetTheBitsOfOne) {
    const Matrix queries = random_matrix(random_, 4, 129);
    const auto row_task = [&](std::size_t row, const Matrix& documents) {
        ScoreTask task = task_of(queries, documents, Method::cosine);
        task.queries = {queries.view().row(row).data(), 1, 129};
        return task;
    };
    const Matrix many = random_matrix(random_, 5'000, 129, 1);  // enough for several threads each
    std::vector<std::vector<std::uint64_t>> few_bits, many_bits;
    for (std::size_t row = 0; row < queries.rows(); ++row) {
        few_bits.push_back(bits(row_task(row, few_)));
        many_bits.push_back(bits(row_task(row, many)));
    }
    std::vector<std::thread> threads;
    for (std::size_t row = 0; row < queries.rows(); ++row) {
        threads.emplace_back([&, row] {
            for (int round = 0; round < 5; ++round) {
                EXPECT_EQ(few_bits[row], bits(row_task(row, few_)));
                EXPECT_EQ(many_bits[row], bits(row_task(row, many)));
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace
}  // namespace qr::test
