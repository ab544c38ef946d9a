// Vectors, tasks and bit comparison for the backend tests.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "host/backend/backends.h"
#include "tests/host/backend/contracted.h"

namespace qr::test {

// Owns its rows; `shift` floats of padding in front make the data pointer 4-byte aligned only.
class Matrix {
  public:
    Matrix(std::size_t rows, std::size_t dimension, std::size_t shift = 0)
        : rows_(rows), dimension_(dimension), shift_(shift), values_(rows * dimension + shift) {}

    float& at(std::size_t row, std::size_t component) {
        return values_.at(shift_ + row * dimension_ + component);
    }
    MatrixView view() const { return {values_.data() + shift_, rows_, dimension_}; }
    std::size_t rows() const { return rows_; }
    std::size_t dimension() const { return dimension_; }

  private:
    std::size_t rows_, dimension_, shift_;
    std::vector<float> values_;
};

using Random = std::mt19937_64;

inline Matrix random_matrix(Random& random, std::size_t rows, std::size_t dimension,
                            std::size_t shift = 0) {
    std::normal_distribution<float> component;
    Matrix matrix(rows, dimension, shift);
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t i = 0; i < dimension; ++i)
            matrix.at(r, i) = component(random);
    }
    return matrix;
}

inline Matrix matrix_of(const std::vector<std::vector<float>>& rows) {
    Matrix matrix(rows.size(), rows.at(0).size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t i = 0; i < rows[r].size(); ++i)
            matrix.at(r, i) = rows[r][i];
    }
    return matrix;
}

inline ScoreTask task_of(const Matrix& queries, const Matrix& documents, scoring::Method method) {
    return {.queries = queries.view(), .documents = documents.view(), .method = method};
}

inline Scores scores_of(FidelityBackend& backend, const ScoreBatch& batch) {
    Result<Scores> scores = backend.score(batch);
    EXPECT_TRUE(scores.ok()) << (scores.ok() ? "" : scores.error().message);
    return scores.ok() ? std::move(scores).value() : Scores{};
}

inline TaskScores scores_of(FidelityBackend& backend, const ScoreTask& task) {
    Scores scores = scores_of(backend, ScoreBatch{{task}});
    EXPECT_EQ(1U, scores.tasks.size());
    return scores.tasks.empty() ? TaskScores{} : scores.tasks.front();
}

inline std::unique_ptr<FidelityBackend> make(std::string_view name, std::size_t threads) {
    auto made = make_backend(contracted_backends(), name, {.threads = threads});
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? std::move(made).value() : nullptr;
}

// Scores are equal to the bit or they are different: +0 is not -0, one ulp is a failure.
inline std::vector<std::uint64_t> bits_of(const std::vector<double>& values) {
    std::vector<std::uint64_t> bits;
    bits.reserve(values.size());
    for (const double value : values)
        bits.push_back(std::bit_cast<std::uint64_t>(value));
    return bits;
}

}  // namespace qr::test
