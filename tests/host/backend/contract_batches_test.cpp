// What every registered backend promises of batches: a task's scores are a function of the task
// alone, and a bad row refuses its own task only.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/host/backend/contract.h"

namespace qr::test {
namespace {

using scoring::Method;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Tasks of every method, many sizes and alignments, with the vectors they view.
struct Ragged {
    std::vector<Matrix> matrices;
    ScoreBatch batch;
};

Ragged ragged_batch(Random& random, std::size_t tasks) {
    const auto between = [&](std::size_t low, std::size_t high) {
        return std::uniform_int_distribution<std::size_t>(low, high)(random);
    };
    Ragged ragged;
    ragged.matrices.reserve(2 * tasks);
    for (std::size_t i = 0; i < tasks; ++i) {
        const std::size_t dimension = i % 8 == 0 ? between(500, 1100) : between(1, 200);
        ragged.matrices.push_back(random_matrix(random, between(1, 6), dimension, between(0, 15)));
        ragged.matrices.push_back(random_matrix(random, between(1, 90), dimension, between(0, 15)));
        const auto& method = scoring::kMethods[between(0, scoring::kMethods.size() - 1)];
        ragged.batch.tasks.push_back(
            task_of(ragged.matrices[2 * i], ragged.matrices[2 * i + 1], method.method));
    }
    return ragged;
}

using BatchContract = Contract;
REGISTERED_BACKENDS(BatchContract);

TEST_P(BatchContract, ATaskScoresTheSameAloneAndAmongRaggedNeighbours) {
    const Ragged ragged = ragged_batch(random_, 65);
    const Scores together = scores_of(*backend_, ragged.batch);
    ASSERT_EQ(65U, together.tasks.size());
    for (std::size_t i = 0; i < 65; ++i)
        EXPECT_EQ(bits(ragged.batch.tasks[i]), bits_of(together.tasks[i].values)) << "task " << i;
}

TEST_P(BatchContract, TheOrderOfTasksChangesNoBit) {
    Ragged ragged = ragged_batch(random_, 33);
    const Scores forward = scores_of(*backend_, ragged.batch);
    std::reverse(ragged.batch.tasks.begin(), ragged.batch.tasks.end());
    const Scores backward = scores_of(*backend_, ragged.batch);
    for (std::size_t i = 0; i < 33; ++i) {
        EXPECT_EQ(bits_of(forward.tasks[i].values), bits_of(backward.tasks[32 - i].values));
    }
}

TEST_P(BatchContract, TheNumberOfThreadsChangesNoBit) {
    const Ragged ragged = ragged_batch(random_, 40);
    const Scores expected = scores_of(*make("reference", 1), ragged.batch);
    for (const std::size_t threads : {1U, 2U, 4U}) {
        const auto backend = make(GetParam(), threads);
        const Scores found = scores_of(*backend, ragged.batch);
        for (std::size_t i = 0; i < 40; ++i) {
            EXPECT_EQ(bits_of(expected.tasks[i].values), bits_of(found.tasks[i].values))
                << threads << " threads, task " << i;
        }
    }
}

TEST_P(BatchContract, TenThousandDocumentsAgreeWithTheReferenceToTheBit) {
    const Matrix q = random_matrix(random_, 2, 129);
    const Matrix documents = random_matrix(random_, 10'000, 129, 3);
    const ScoreTask task = task_of(q, documents, Method::signed_fidelity);
    const auto backend = make(GetParam(), 4);
    EXPECT_EQ(bits_of(scores_of(*make("reference", 1), task).values),
              bits_of(scores_of(*backend, task).values));
}

TEST_P(BatchContract, ManyQueriesAgreeWithTheReferenceToTheBit) {
    const Matrix q = random_matrix(random_, 75, 97, 1);
    const Matrix documents = random_matrix(random_, 300, 97, 2);
    const ScoreTask task = task_of(q, documents, Method::fidelity);
    EXPECT_EQ(bits_of(scores_of(*make("reference", 1), task).values), bits(task));
}

TEST_P(BatchContract, AnEmptyBatchHasNoScores) {
    EXPECT_TRUE(scores_of(*backend_, ScoreBatch{}).tasks.empty());
}

TEST_P(BatchContract, ABadRowRefusesItsOwnTaskOnlyAndIsNamed) {
    Ragged ragged = ragged_batch(random_, 12);
    const Scores healthy = scores_of(*backend_, ragged.batch);
    Matrix& documents = ragged.matrices[2 * 5 + 1];
    documents.at(documents.rows() - 1, documents.dimension() - 1) = kNan;
    const Scores scores = scores_of(*backend_, ragged.batch);
    const RowFault expected = {.side = RowFault::Side::document,
                               .kind = RowFault::Kind::not_finite,
                               .row = documents.rows() - 1,
                               .component = documents.dimension() - 1};
    EXPECT_EQ(expected, scores.tasks[5].fault);
    EXPECT_TRUE(scores.tasks[5].values.empty());
    for (const std::size_t i : {0U, 4U, 6U, 11U}) {
        EXPECT_FALSE(scores.tasks[i].fault.has_value());
        EXPECT_EQ(bits_of(healthy.tasks[i].values), bits_of(scores.tasks[i].values));
    }
}

TEST_P(BatchContract, EveryMethodRefusesNanInfinityAndZero) {
    const Matrix good = random_matrix(random_, 3, 40);
    for (const auto& method : scoring::kMethods) {
        for (const float poison : {kNan, -kNan, kInfinity, -kInfinity}) {
            Matrix bad = good;
            bad.at(1, 37) = poison;
            const RowFault expected = {RowFault::Side::document, RowFault::Kind::not_finite, 1, 37};
            EXPECT_EQ(expected, scores_of(*backend_, task_of(good, bad, method.method)).fault)
                << method.name << " " << poison;
        }
        Matrix zero = good;
        for (std::size_t i = 0; i < 40; ++i)
            zero.at(2, i) = i % 2 == 0 ? 0.0F : -0.0F;
        const RowFault expected = {RowFault::Side::document, RowFault::Kind::zero_vector, 2, 0};
        EXPECT_EQ(expected, scores_of(*backend_, task_of(good, zero, method.method)).fault);
    }
}

TEST_P(BatchContract, FindsABadComponentInEveryPlaceOfARow) {
    for (std::size_t i = 0; i < 70; ++i) {
        Matrix documents = random_matrix(random_, 1, 70);
        documents.at(0, i) = i % 2 == 0 ? kInfinity : kNan;
        const Matrix q = random_matrix(random_, 1, 70);
        const RowFault expected = {RowFault::Side::document, RowFault::Kind::not_finite, 0, i};
        EXPECT_EQ(expected, scores_of(*backend_, task_of(q, documents, Method::cosine)).fault);
        const RowFault in_query = {RowFault::Side::query, RowFault::Kind::not_finite, 0, i};
        EXPECT_EQ(in_query, scores_of(*backend_, task_of(documents, q, Method::cosine)).fault);
    }
}

TEST_P(BatchContract, NamesTheFirstBadComponentOfTheFirstBadRowAndQueriesFirst) {
    Matrix queries = random_matrix(random_, 40, 50);
    Matrix documents = random_matrix(random_, 2000, 50);
    documents.at(1999, 0) = kNan;
    documents.at(700, 49) = kInfinity;
    documents.at(700, 48) = kNan;
    for (std::size_t i = 0; i < 50; ++i)
        documents.at(701, i) = 0;
    const RowFault in_document = {RowFault::Side::document, RowFault::Kind::not_finite, 700, 48};
    EXPECT_EQ(in_document, scores_of(*backend_, task_of(queries, documents, Method::dot)).fault);
    queries.at(39, 7) = -kInfinity;
    const RowFault in_query = {RowFault::Side::query, RowFault::Kind::not_finite, 39, 7};
    EXPECT_EQ(in_query, scores_of(*backend_, task_of(queries, documents, Method::dot)).fault);
}

TEST_P(BatchContract, ATinyVectorIsNoZeroVector) {
    Matrix documents(1, 40);
    documents.at(0, 39) = FLT_TRUE_MIN;
    const Matrix q = random_matrix(random_, 1, 40);
    EXPECT_FALSE(scores_of(*backend_, task_of(q, documents, Method::cosine)).fault.has_value());
}

}  // namespace
}  // namespace qr::test
