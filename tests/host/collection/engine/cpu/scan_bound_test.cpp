#include "host/collection/engine/cpu/scan_bound.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "tests/host/collection/engine/cpu/scanned_rows.h"

namespace qr::cpu {
namespace {

// How near the errors come to the bound; above 1 it is broken.
struct Nearness {
    double largest = 0;
    std::size_t pairs = 0;
};

void compare(const ScanKernel& kernel, const BlockShape& shape, const test::Rows& rows,
             const test::Rows& queries, Nearness& nearness) {
    const OneBlock block(shape, rows);
    for (std::size_t q = 0; q < queries.count(); ++q) {
        for (const Weighting weighting : {Weighting::cosine, Weighting::dot}) {
            const auto method =
                weighting == Weighting::dot ? scoring::Method::dot : scoring::Method::cosine;
            const Estimates found =
                estimates_of(kernel, shape, block.place(), queries.row(q), weighting);
            for (std::size_t r = 0; r < rows.count(); ++r) {
                if (std::isnan(found.values[r])) continue;  // always scored exactly
                const double exact =
                    test::oracle_score(method, queries.row(q), rows.row(r)) * found.unit;
                const double error = std::fabs(static_cast<double>(found.values[r]) - exact);
                ASSERT_LE(error, found.delta)
                    << kernel.name << " " << info(kernel.type).name << " d " << shape.dimension;
                nearness.largest = std::max(nearness.largest, error / found.delta);
                ++nearness.pairs;
            }
        }
    }
}

// Every kernel that this CPU runs, every storage type, every kind of rows, every pair.
TEST(ScanBound, HoldsForEveryPair) {
    const std::uint64_t seed = std::random_device{}();
    std::printf("seed: %llu\n", static_cast<unsigned long long>(seed));
    test::Random random(seed);
    for (const DtypeInfo& scan : kDtypes) {
        for (const ScanKernel* kernel : scan_kernels(scan.dtype)) {
            if (!kernel->is_supported()) continue;
            Nearness nearness;
            for (const test::RowKind& kind : test::row_kinds()) {
                for (const Dtype storage : {Dtype::float32, Dtype::float16, Dtype::bfloat16}) {
                    const std::size_t dimension = 1 + random() % 300;
                    const auto rows = test::stored(storage, kind.make(random, 32, dimension));
                    auto queries = test::gaussian(random, 2, dimension);
                    const auto same = test::stored(Dtype::float32, kind.make(random, 2, dimension));
                    queries.values.insert(queries.values.end(), same.values.begin(),
                                          same.values.end());
                    compare(*kernel, {dimension, storage, scan.dtype}, rows, queries, nearness);
                }
            }
            EXPECT_GT(nearness.pairs, 2000U);
            EXPECT_GT(nearness.largest, 0.001) << "the bound of " << scan.name << " says nothing";
            std::printf("%-8s %-8s: error at most %.3f of the bound\n", scan.name.data(),
                        kernel->name.data(), nearness.largest);
        }
    }
}

// Rows and query rounded as far as bfloat16 rounds, all in the same direction.
TEST(ScanBound, IsNearlyReachedByRowsHalfWayBetweenNeighbours) {
    const std::size_t dimension = 128;
    test::Rows rows{dimension, std::vector<float>(dimension, 1 + 0x1p-8F + 0x1p-20F)};
    const ScanKernel& kernel = best_scan_kernel(Dtype::bfloat16);
    Nearness nearness;
    compare(kernel, {dimension, Dtype::float32, Dtype::bfloat16}, rows, rows, nearness);
    EXPECT_GT(nearness.largest, 0.4);
}

TEST(ScanBound, TakesTheLargestOfEachTermOfABlock) {
    BlockBound bound;
    bound.include(2, {.scale = 1, .norm = 3, .residual = 0.5});
    bound.include(1, {.scale = 1, .norm = 4, .residual = 0.75});
    EXPECT_EQ(1.0, bound.residual);
    EXPECT_EQ(7.0, bound.reach);
    EXPECT_EQ(6.0, bound.norm);
}

}  // namespace
}  // namespace qr::cpu
