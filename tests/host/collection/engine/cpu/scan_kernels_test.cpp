// Every kernel that runs here against plain double arithmetic over what the plane holds.
#include "host/collection/engine/cpu/scan_kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/host/collection/engine/cpu/kernels_here.h"
#include "tests/host/collection/engine/cpu/planes.h"

namespace qr::cpu {
namespace {

using test::Block;
using test::Matrix;
using test::Tile;

// The queries as a tile holds them, whatever its layout: their products with unit vectors.
std::vector<std::vector<double>> seen_queries(const ScanKernel& kernel, const Tile& tile,
                                              std::size_t dimension) {
    std::vector<std::vector<double>> queries(tile.count);
    for (std::size_t first = 0; first < dimension; first += kBlockRows) {
        const std::size_t rows = std::min(kBlockRows, dimension - first);
        Matrix units(rows, dimension);
        for (std::size_t r = 0; r < rows; ++r)
            units.at(r, first + r) = 1;
        const Block block(kernel.type, units.view());
        const ScanHits hits =
            test::scan(kernel, block.view(), tile.view(test::no_thresholds(tile.count)));
        for (std::size_t q = 0; q < tile.count; ++q) {
            for (std::size_t r = 0; r < rows; ++r)
                queries[q].push_back(double{hits.estimates[q][r]} / block.packed[r].scale);
        }
    }
    return queries;
}

// |estimate - <q', row>| within the kernel's error for every pair; the largest error, in units of
// what is allowed.
double expect_bounded(const ScanKernel& kernel, const MatrixView& queries, const MatrixView& rows) {
    const Block block(kernel.type, rows);
    const Tile tile(kernel, queries);
    const auto seen = seen_queries(kernel, tile, rows.dimension);
    const ScanHits hits =
        test::scan(kernel, block.view(), tile.view(test::no_thresholds(tile.count)));
    long double worst = 0;
    for (std::size_t q = 0; q < tile.count; ++q) {
        EXPECT_EQ(0xFFFFFFFFU, hits.passed[q]);
        for (std::size_t r = 0; r < rows.rows; ++r) {
            const std::vector<double> row = block.row(r);
            const long double allowed =
                kernel.relative_error(rows.dimension) * test::norm(seen[q]) * test::norm(row);
            const long double error =
                std::abs(double{hits.estimates[q][r]} - test::product(seen[q], row));
            EXPECT_LE(error, allowed) << kernel.name << ", q " << q << ", r " << r;
            if (allowed > 0) worst = std::max(worst, error / allowed);
        }
    }
    return static_cast<double>(worst);
}

// |q'| and |scale q - q'| within what pack_query said.
void expect_packed(const ScanKernel& kernel, const MatrixView& queries) {
    const Tile tile(kernel, queries);
    const auto seen = seen_queries(kernel, tile, queries.dimension);
    for (std::size_t q = 0; q < tile.count; ++q) {
        const PackedQuery& packed = tile.packed[q];
        std::vector<double> difference;
        for (std::size_t i = 0; i < queries.dimension; ++i)
            difference.push_back(packed.scale * double{queries.row(q)[i]} - seen[q][i]);
        const long double norm = test::norm(seen[q]);
        const long double residual = test::norm(difference);
        EXPECT_GE(packed.norm, norm) << kernel.name;
        EXPECT_LE(packed.norm, norm * (1 + 0x1p-30L)) << kernel.name;
        EXPECT_GE(packed.residual, residual) << kernel.name;
        EXPECT_LE(packed.residual, residual + norm * 0x1p-30L) << kernel.name;
    }
}

TEST(ScanKernels, AreThereToBeTested) {
    EXPECT_FALSE(test::kernels_here().empty());
}

TEST(ScanKernels, AreListedByTypeWithTheScalarOneLast) {
    for (const DtypeInfo& type : kDtypes) {
        const auto kernels = scan_kernels(type.dtype);
        EXPECT_EQ("scalar", kernels.back()->name);
        for (const ScanKernel* kernel : kernels) {
            EXPECT_EQ(type.dtype, kernel->type);
            EXPECT_LE(kernel->queries_max, kScanQueriesMax);
        }
        EXPECT_TRUE(best_scan_kernel(type.dtype).is_supported());
    }
}

TEST(ScanKernels, SumSmallIntegersExactly) {
    const Matrix queries = test::matrix_of({{1, 2, 4}, {-4, 0, 1}});
    const Matrix rows = test::matrix_of({{4, 1, 2}, {-1, 4, 0}});
    for (const ScanKernel* kernel : test::kernels_here()) {
        const Tile tile(*kernel, queries.view());
        const Block block(kernel->type, rows.view());
        const ScanHits hits =
            test::scan(*kernel, block.view(0b11), tile.view(test::no_thresholds(2)));
        const auto estimate = [&](std::size_t q, std::size_t r) {
            return double{hits.estimates[q][r]} / tile.packed[q].scale / block.packed[r].scale;
        };
        // int8 holds a fourth of 127 as 32.
        const double close = kernel->type == Dtype::int8 ? 0.2 : 0;
        EXPECT_NEAR(14, estimate(0, 0), close) << kernel->name;
        EXPECT_NEAR(7, estimate(0, 1), close) << kernel->name;
        EXPECT_NEAR(-14, estimate(1, 0), close) << kernel->name;
        EXPECT_NEAR(4, estimate(1, 1), close) << kernel->name;
        EXPECT_EQ(0b11U, hits.passed[0]);
        EXPECT_EQ(0b11U, hits.passed[1]);
    }
}

TEST(ScanKernels, StayWithinTheirErrorOnRandomShapes) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    test::Random random(seed);
    const auto between = [&](std::size_t low, std::size_t high) {
        return std::uniform_int_distribution<std::size_t>(low, high)(random);
    };
    for (const ScanKernel* kernel : test::kernels_here()) {
        for (int round = 0; round < 60; ++round) {
            const std::size_t dimension = round % 20 == 0 ? between(200, 900) : between(1, 70);
            const Matrix queries =
                test::random_matrix(random, between(1, kernel->queries_max), dimension, 1);
            const Matrix rows = test::random_matrix(random, between(1, kBlockRows), dimension, 1);
            expect_bounded(*kernel, queries.view(), rows.view());
            expect_packed(*kernel, queries.view());
        }
    }
}

TEST(ScanKernels, TakeEveryCountOfQueries) {
    test::Random random(3);
    for (const ScanKernel* kernel : test::kernels_here()) {
        for (std::size_t count = 1; count <= kernel->queries_max; ++count) {
            const Matrix queries = test::random_matrix(random, count, 37);
            const Matrix rows = test::random_matrix(random, kBlockRows, 37);
            expect_bounded(*kernel, queries.view(), rows.view());
        }
    }
}

TEST(ScanKernels, StayWithinTheirErrorWhereEveryRoundingErrsAlike) {
    // All terms of a sum are equal and positive: each addition rounds, and none takes it back.
    for (const ScanKernel* kernel : test::kernels_here()) {
        Matrix queries(1, 3000);
        Matrix rows(2, 3000);
        for (std::size_t i = 0; i < 3000; ++i) {
            queries.at(0, i) = 1.9921875F;
            rows.at(0, i) = 1.9765625F;
            rows.at(1, i) = i == 0 ? 1 : 0x1p-13F;  // far below the sum
        }
        const double worst = expect_bounded(*kernel, queries.view(), rows.view());
        if (kernel->type == Dtype::int8) continue;
        EXPECT_GT(worst, 1e-3) << kernel->name;
    }
}

TEST(ScanKernels, KeepTheirErrorFromTheSmallestRowsToTheLargest) {
    test::Random random(5);
    for (const ScanKernel* kernel : test::kernels_here()) {
        for (const int exponent : {-149, -140, -126, -50, 0, 50, 120}) {
            const bool is_kept = kernel->type == Dtype::float32 && std::abs(exponent) > 50;
            if (is_kept) continue;  // beyond kScanNormMin and kScanNormMax
            Matrix queries = test::random_matrix(random, 3, 65);
            Matrix rows = test::random_matrix(random, 8, 65);
            for (std::size_t i = 0; i < 65; ++i) {
                for (std::size_t r = 0; r < 8; ++r)
                    rows.at(r, i) = std::ldexp(rows.at(r, i), exponent);
                for (std::size_t q = 0; q < 3; ++q)
                    queries.at(q, i) = std::ldexp(queries.at(q, i), std::min(-exponent, 120));
            }
            expect_bounded(*kernel, queries.view(), rows.view());
            expect_packed(*kernel, queries.view());
        }
    }
}

TEST(ScanKernels, SumTheLargestDimensionWithoutOverflow) {
    constexpr std::size_t kMost = 65536;
    for (const ScanKernel* kernel : test::kernels_here()) {
        Matrix queries(1, kMost);
        Matrix rows(2, kMost);
        for (std::size_t i = 0; i < kMost; ++i) {
            queries.at(0, i) = -1;
            rows.at(0, i) = 1;
            rows.at(1, i) = -1;
        }
        const Tile tile(*kernel, queries.view());
        const Block block(kernel->type, rows.view());
        const ScanHits hits = test::scan(*kernel, block.view(), tile.view(test::no_thresholds(1)));
        const double scale = tile.packed[0].scale * block.packed[0].scale;
        EXPECT_NEAR(-65536, double{hits.estimates[0][0]} / scale, 700) << kernel->name;
        EXPECT_NEAR(65536, double{hits.estimates[0][1]} / scale, 700) << kernel->name;
    }
}

TEST(ScanKernels, PassWhatIsNotBelowTheThreshold) {
    test::Random random(11);
    const Matrix rows = test::random_matrix(random, kBlockRows, 33);
    for (const ScanKernel* kernel : test::kernels_here()) {
        const std::size_t count = kernel->queries_max;
        const Block block(kernel->type, rows.view());
        const Tile tile(*kernel, test::random_matrix(random, count, 33).view());
        const ScanHits all =
            test::scan(*kernel, block.view(), tile.view(test::no_thresholds(count)));
        std::vector<float> at;
        std::vector<float> above;
        for (std::size_t q = 0; q < count; ++q) {
            at.push_back(all.estimates[q][q]);
            above.push_back(std::nextafter(all.estimates[q][q], INFINITY));
        }
        const ScanHits equal = test::scan(*kernel, block.view(), tile.view(at));
        const ScanHits below = test::scan(*kernel, block.view(), tile.view(above));
        for (std::size_t q = 0; q < count; ++q) {
            std::uint32_t expected = 0;
            for (std::size_t r = 0; r < kBlockRows; ++r)
                expected |= std::uint32_t{all.estimates[q][r] >= at[q]} << r;
            EXPECT_EQ(expected, equal.passed[q]) << kernel->name << ", q " << q;
            EXPECT_EQ(0U, below.passed[q] >> q & 1U) << kernel->name << ", q " << q;
            EXPECT_EQ(at[q], equal.estimates[q][q]);
        }
    }
}

TEST(ScanKernels, PassByMagnitudeWhatIsFarBelowZero) {
    const Matrix queries = test::matrix_of({{1, 0}});
    const Matrix rows = test::matrix_of({{1, 0}, {-1, 0}, {1, 127}, {-127, 1}});
    for (const ScanKernel* kernel : test::kernels_here()) {
        const Block block(kernel->type, rows.view());
        const Tile tile(*kernel, queries.view());
        const ScanHits signs =
            test::scan(*kernel, block.view(0xF), tile.view(test::no_thresholds(1)));
        const std::array threshold = {std::abs(signs.estimates[0][0]) / 2};
        EXPECT_LT(signs.estimates[0][1], 0) << kernel->name;
        const ScanHits hits =
            test::scan(*kernel, block.view(0xB), tile.view(threshold, Passing::by_magnitude));
        EXPECT_EQ(0xBU, hits.passed[0]) << kernel->name;
        for (const std::size_t r : {0U, 1U, 3U})
            EXPECT_EQ(std::abs(signs.estimates[0][r]), hits.estimates[0][r]) << kernel->name;
        const ScanHits by_estimate =
            test::scan(*kernel, block.view(0xB), tile.view(threshold, Passing::by_estimate));
        EXPECT_EQ(1U, by_estimate.passed[0]) << kernel->name;
    }
}

TEST(ScanKernels, TakeTheWeightOfEachRow) {
    const Matrix queries = test::matrix_of({{2}});
    Matrix rows(kBlockRows, 1);
    for (std::size_t r = 0; r < kBlockRows; ++r)
        rows.at(r, 0) = 1;
    for (const ScanKernel* kernel : test::kernels_here()) {
        const Block block(kernel->type, rows.view());
        const Tile tile(*kernel, queries.view());
        const ScanHits even = test::scan(*kernel, block.view(), tile.view(test::no_thresholds(1)));
        for (std::size_t r = 0; r < kBlockRows; ++r)
            block.weights.as<float>()[r] = static_cast<float>(r);
        const ScanHits hits = test::scan(*kernel, block.view(), tile.view(test::no_thresholds(1)));
        for (std::size_t r = 0; r < kBlockRows; ++r)
            EXPECT_EQ(even.estimates[0][r] * static_cast<float>(r), hits.estimates[0][r]);
    }
}

TEST(ScanKernels, LetNothingPassThatTheMaskLeavesOut) {
    test::Random random(13);
    const Matrix rows = test::random_matrix(random, kBlockRows, 19);
    for (const ScanKernel* kernel : test::kernels_here()) {
        const Block block(kernel->type, rows.view());
        const std::size_t count = kernel->queries_max;
        const Tile tile(*kernel, test::random_matrix(random, count, 19).view());
        for (const std::uint32_t mask : {0U, 1U, 0x80000000U, 0xA5C3F00FU}) {
            const ScanHits hits =
                test::scan(*kernel, block.view(mask), tile.view(test::no_thresholds(count)));
            for (std::size_t q = 0; q < count; ++q)
                EXPECT_EQ(mask, hits.passed[q]) << kernel->name;
        }
    }
}

TEST(ScanKernels, LetARowPassWhoseWeightIsNoNumber) {
    test::Random random(17);
    const Matrix rows = test::random_matrix(random, kBlockRows, 5);
    for (const ScanKernel* kernel : test::kernels_here()) {
        const Block block(kernel->type, rows.view());
        block.weights.as<float>()[9] = NAN;
        const Tile tile(*kernel, test::random_matrix(random, 1, 5).view());
        const std::array unreachable = {INFINITY};
        for (const Passing passing : {Passing::by_estimate, Passing::by_magnitude}) {
            const ScanHits hits =
                test::scan(*kernel, block.view(), tile.view(unreachable, passing));
            EXPECT_EQ(1U << 9, hits.passed[0]) << kernel->name;
        }
    }
}

TEST(ScanKernels, EstimateAPairTheSameWhateverElseIsInTheTile) {
    test::Random random(19);
    for (const ScanKernel* kernel : test::kernels_here()) {
        const Matrix rows = test::random_matrix(random, kBlockRows, 129);
        const Block block(kernel->type, rows.view());
        for (std::size_t count = 2; count <= kernel->queries_max; ++count) {
            Matrix queries = test::random_matrix(random, count, 129);
            Matrix others = test::random_matrix(random, count, 129);
            const std::size_t q = count / 2;
            std::copy_n(queries.view().row(q).data(), 129, &others.at(q, 0));
            const auto thresholds = test::no_thresholds(count);
            const ScanHits hits =
                test::scan(*kernel, block.view(), Tile(*kernel, queries.view()).view(thresholds));
            const ScanHits again =
                test::scan(*kernel, block.view(), Tile(*kernel, others.view()).view(thresholds));
            for (std::size_t r = 0; r < kBlockRows; ++r)
                EXPECT_EQ(hits.estimates[q][r], again.estimates[q][r]) << kernel->name;
        }
    }
}

TEST(ScanKernels, EstimateIntegersTheSameAloneAndInATile) {
    test::Random random(20);
    for (const ScanKernel* kernel : test::kernels_here()) {
        if (kernel->type != Dtype::int8) continue;
        const std::size_t most = kernel->queries_max;
        const Matrix queries = test::random_matrix(random, most, 129);
        const Block block(kernel->type, test::random_matrix(random, kBlockRows, 129).view());
        const Tile tile(*kernel, queries.view());
        const ScanHits together =
            test::scan(*kernel, block.view(), tile.view(test::no_thresholds(most)));
        for (std::size_t q = 0; q < most; ++q) {
            const Tile own(*kernel, {queries.view().row(q).data(), 1, 129});
            const ScanHits alone =
                test::scan(*kernel, block.view(), own.view(test::no_thresholds(1)));
            for (std::size_t r = 0; r < kBlockRows; ++r)
                EXPECT_EQ(alone.estimates[0][r], together.estimates[q][r]) << kernel->name;
        }
    }
}

TEST(ScanKernels, FetchTheUpcomingPlaneWithoutChangingTheAnswer) {
    test::Random random(23);
    const Matrix rows = test::random_matrix(random, kBlockRows, 40);
    for (const ScanKernel* kernel : test::kernels_here()) {
        const Block block(kernel->type, rows.view());
        const Block next(kernel->type, test::random_matrix(random, kBlockRows, 40).view());
        const Tile tile(*kernel, test::random_matrix(random, 2, 40).view());
        const std::vector<float> thresholds = test::no_thresholds(2);
        ScanBlock view = block.view();
        const ScanHits expected = test::scan(*kernel, view, tile.view(thresholds));
        view.upcoming = {next.plane.data(), next.plane.size()};
        const ScanHits hits = test::scan(*kernel, view, tile.view(thresholds));
        for (std::size_t q = 0; q < 2; ++q) {
            for (std::size_t r = 0; r < kBlockRows; ++r)
                EXPECT_EQ(expected.estimates[q][r], hits.estimates[q][r]) << kernel->name;
        }
    }
}

}  // namespace
}  // namespace qr::cpu
