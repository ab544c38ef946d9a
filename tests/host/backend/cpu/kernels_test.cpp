// Every instruction set's kernels against the scalar ones and against a sum written out here, bit
// for bit, over random shapes.
#include "host/backend/cpu/kernels.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <new>
#include <random>
#include <vector>

#include "host/base/cpu_features.h"
#include "tests/host/backend/vectors.h"

namespace qr::cpu {
namespace {

constexpr std::array kSets = {InstructionSet::scalar, InstructionSet::avx2, InstructionSet::avx512};

struct Sums {
    std::vector<double> dots, norms2;
    friend bool operator==(const Sums& a, const Sums& b) {
        return test::bits_of(a.dots) == test::bits_of(b.dots) &&
               test::bits_of(a.norms2) == test::bits_of(b.norms2);
    }
};

// Widened rows on a cache-line boundary, as kernels.h asks.
class Wide {
  public:
    explicit Wide(const MatrixView& queries)
        : stride_((queries.dimension + 31) / 32 * 32),
          rows_(queries.rows),
          data_(new (std::align_val_t{64}) double[rows_ * stride_]()) {
        for (std::size_t r = 0; r < rows_; ++r) {
            for (std::size_t i = 0; i < queries.dimension; ++i)
                data_[r * stride_ + i] = queries.row(r)[i];
        }
    }
    Wide(const Wide&) = delete;
    Wide& operator=(const Wide&) = delete;
    ~Wide() { ::operator delete[](data_, std::align_val_t{64}); }
    WideRows rows() const { return {data_, rows_, stride_}; }

  private:
    std::size_t stride_, rows_;
    double* data_;
};

Sums sums_of(const KernelTable& kernels, const MatrixView& queries, const MatrixView& documents) {
    Sums sums;
    sums.dots.assign(queries.rows * documents.rows, -1);
    sums.norms2.assign(documents.rows, -1);
    const Wide wide(queries);
    kernels.inner_products(wide.rows(), {documents.data, documents.rows, documents.dimension},
                           {sums.dots.data(), documents.rows, sums.norms2.data()});
    return sums;
}

// The definition of kernels/math/lanes.h, with nothing shared.
double by_definition(std::span<const float> a, std::span<const float> b) {
    std::array<double, 32> lanes{};
    for (std::size_t i = 0; i < a.size(); ++i)
        lanes[i % 32] += double{a[i]} * double{b[i]};
    for (const std::size_t width : {16U, 8U, 4U, 2U, 1U}) {
        for (std::size_t j = 0; j < width; ++j)
            lanes[j] += lanes[j + width];
    }
    return lanes[0];
}

Sums by_definition(const MatrixView& queries, const MatrixView& documents) {
    Sums sums;
    for (std::size_t q = 0; q < queries.rows; ++q) {
        for (std::size_t d = 0; d < documents.rows; ++d)
            sums.dots.push_back(by_definition(queries.row(q), documents.row(d)));
    }
    for (std::size_t d = 0; d < documents.rows; ++d)
        sums.norms2.push_back(by_definition(documents.row(d), documents.row(d)));
    return sums;
}

TEST(Kernels, EachTableNamesItsInstructionSet) {
    for (const InstructionSet set : kSets)
        EXPECT_EQ(set, kernels_for(set).instruction_set);
}

TEST(Kernels, SumSmallIntegersExactly) {
    const test::Matrix q = test::matrix_of({{1, 2, 3}, {0, 0, 1}});
    const test::Matrix d = test::matrix_of({{1, 1, 1}, {-2, 0, 4}});
    const Sums expected = {{6, 10, 1, 4}, {3, 20}};
    for (const InstructionSet set : kSets) {
        if (!is_supported(set)) continue;
        EXPECT_EQ(expected, sums_of(kernels_for(set), q.view(), d.view())) << to_string(set);
    }
}

TEST(Kernels, GiveTheBitsOfTheDefinitionForRandomShapes) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    test::Random random(seed);
    const auto between = [&](std::size_t low, std::size_t high) {
        return std::uniform_int_distribution<std::size_t>(low, high)(random);
    };
    for (int round = 0; round < 400; ++round) {
        const std::size_t dimension = round % 20 == 0 ? between(1, 3000) : between(1, 150);
        const auto q = test::random_matrix(random, between(1, 9), dimension, between(0, 15));
        const auto d = test::random_matrix(random, between(1, 12), dimension, between(0, 15));
        const Sums expected = by_definition(q.view(), d.view());
        for (const InstructionSet set : kSets) {
            if (!is_supported(set)) continue;
            EXPECT_EQ(expected, sums_of(kernels_for(set), q.view(), d.view()))
                << to_string(set) << ": " << q.rows() << " x " << d.rows() << " of " << dimension;
        }
    }
}

TEST(Kernels, ReadNothingBehindTheLastRow) {
    // The rows end where the allocation ends: AddressSanitizer sees one float too many.
    test::Random random(1);
    for (std::size_t dimension = 1; dimension <= 70; ++dimension) {
        const test::Matrix d = test::random_matrix(random, 3, dimension);
        const test::Matrix q = test::random_matrix(random, 4, dimension);
        for (const InstructionSet set : kSets) {
            if (!is_supported(set)) continue;
            EXPECT_EQ(by_definition(q.view(), d.view()),
                      sums_of(kernels_for(set), q.view(), d.view()));
        }
    }
}

}  // namespace
}  // namespace qr::cpu
