#include "kernels/overlap.h"

#include <limits>

#include "kernels/math/amplitude.h"
#include "tests/kernels/kernel_fixture.h"

namespace qr::device {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

class Overlap : public KernelTest {
  protected:
    void run(const std::vector<const DevicePairs*>& pairs,
             std::size_t strip_pairs_min = kStripPairsMin) {
        const DeviceBatch tasks(pairs, strip_pairs_min);
        EXPECT_EQ(cudaSuccess, overlap(tasks.batch(), stream_));
        finish();
    }
    static void expect_the_sums_of(const Matrix& queries, const Matrix& documents,
                                   const DevicePairs& found) {
        EXPECT_EQ(bits_of(inner_products(queries, documents)), bits_of(found.pairs()));
        EXPECT_EQ(bits_of(squared_norms(queries)), bits_of(found.query_norms2()));
        EXPECT_EQ(bits_of(squared_norms(documents)), bits_of(found.document_norms2()));
        EXPECT_EQ(kNoBadRow, found.first_bad_row());
    }
    void expect_equal_sums(const Matrix& queries, const Matrix& documents, std::size_t shift = 0,
                           std::size_t strip_pairs_min = kStripPairsMin) {
        SCOPED_TRACE(std::to_string(queries.rows()) + " x " + std::to_string(documents.rows()) +
                     " x " + std::to_string(queries.dimension()));
        const DevicePairs pairs(queries, documents, shift);
        run({&pairs}, strip_pairs_min);
        expect_the_sums_of(queries, documents, pairs);
    }
    void expect_equal_strips(const Matrix& queries, const Matrix& documents,
                             std::size_t shift = 0) {
        expect_equal_sums(queries, documents, shift, 0);
    }
};

TEST_P(Overlap, GivesDotsAndSquaredNorms) {
    const DevicePairs pairs(test::matrix_of({{1, 2}, {0, -3}}),
                            test::matrix_of({{3, 4}, {-1, 0}, {0.5F, 0.5F}}));
    run({&pairs});
    EXPECT_THAT(pairs.pairs(), testing::ElementsAre(11, -1, 1.5, -12, 0, -1.5));
    EXPECT_THAT(pairs.query_norms2(), testing::ElementsAre(5, 9));
    EXPECT_THAT(pairs.document_norms2(), testing::ElementsAre(25, 1, 0.5));
    EXPECT_EQ(kNoBadRow, pairs.first_bad_row());
}

TEST_P(Overlap, AddsTheLanesAsATree) {
    Matrix row(1, 32);
    row.at(0, 0) = 0x1p60F;
    row.at(0, 1) = 1;
    row.at(0, 16) = -0x1p60F;  // meets lane 0 first, so the 1 survives
    Matrix ones(1, 32);
    for (std::size_t i = 0; i < 32; ++i)
        ones.at(0, i) = 1;
    const DevicePairs pairs(ones, row);
    run({&pairs});
    EXPECT_THAT(pairs.pairs(), testing::ElementsAre(1));
}

TEST_P(Overlap, HasTheBitsOfTheLanesInAnyDimension) {
    for (const std::size_t dimension :
         {1U, 2U, 31U, 32U, 33U, 63U, 64U, 100U, 128U, 384U, 768U, 1000U})
        expect_equal_sums(random_rows(2, dimension), random_rows(3, dimension));
}

TEST_P(Overlap, HasTheBitsOfTheLanesInRowsLongerThanSharedMemory) {
    expect_equal_sums(random_rows(1, 4096), random_rows(2, 4096));
    expect_equal_sums(random_rows(2, 1999), random_rows(1, 1999));
    expect_equal_sums(random_rows(1, math::kDimensionMax), random_rows(1, math::kDimensionMax));
}

TEST_P(Overlap, HasTheBitsOfTheLanesForComponentsOfAnySize) {
    for (const std::size_t dimension : {5U, 32U, 96U, 611U})
        expect_equal_sums(extreme_rows(2, dimension), extreme_rows(9, dimension));
}

TEST_P(Overlap, TakesRowsThatStartAnywhere) {
    for (const std::size_t shift : {1U, 2U, 3U}) {
        expect_equal_sums(random_rows(1, 64), random_rows(3, 64), shift);
        expect_equal_sums(random_rows(2, 37), random_rows(3, 37), shift);
    }
}

TEST_P(Overlap, CutsTasksOfAnyShapeIntoBlocks) {
    for (const std::size_t queries : {1U, 3U, 4U, 5U, 9U, 33U}) {
        for (const std::size_t documents : {1U, 8U, 9U, 32U, 33U, 70U})
            expect_equal_sums(random_rows(queries, 5), random_rows(documents, 5));
    }
}

TEST_P(Overlap, CutsTasksOfAnyShapeIntoStrips) {
    for (const std::size_t queries : {5U, 8U, 9U, 16U, 17U, 25U}) {
        for (const std::size_t documents : {1U, 9U, 64U, 71U})
            expect_equal_strips(random_rows(queries, 5), random_rows(documents, 5));
    }
    expect_equal_strips(random_rows(10, 3), random_rows(129, 3));
}

TEST_P(Overlap, StripsHaveTheBitsOfTheLanes) {
    for (const std::size_t dimension : {1U, 32U, 33U, 64U, 100U, 128U, 256U, 257U, 384U, 700U})
        expect_equal_strips(random_rows(5, dimension), random_rows(3, dimension));
    expect_equal_strips(extreme_rows(9, 299), extreme_rows(9, 299));
    expect_equal_strips(random_rows(9, 96), random_rows(2, 96), 1);
}

TEST_P(Overlap, StripsHaveTheBitsOfTheLanesInRowsLongerThanSharedMemory) {
    expect_equal_strips(random_rows(10, 1999), random_rows(33, 1999));
    expect_equal_strips(random_rows(5, 4096), random_rows(1, 4096));
}

TEST_P(Overlap, ScoresTasksOfDifferentShapesInOneLaunch) {
    const std::vector<Matrix> queries = {random_rows(1, 3), random_rows(6, 40), random_rows(2, 64),
                                         random_rows(40, 1), random_rows(1, 33)};
    const std::vector<Matrix> documents = {random_rows(40, 3), random_rows(35, 40),
                                           random_rows(1, 64), random_rows(2, 1),
                                           random_rows(33, 33)};
    for (const std::size_t strip_pairs_min : {kStripPairsMin, std::size_t{80}, std::size_t{0}}) {
        std::vector<std::unique_ptr<DevicePairs>> all;
        std::vector<const DevicePairs*> pointers;
        for (std::size_t i = 0; i < queries.size(); ++i) {
            all.push_back(std::make_unique<DevicePairs>(queries[i], documents[i], i % 3));
            pointers.push_back(all.back().get());
        }
        run(pointers, strip_pairs_min);
        for (std::size_t i = 0; i < queries.size(); ++i)
            expect_the_sums_of(queries[i], documents[i], *all[i]);
    }
}

TEST_P(Overlap, StripsTakeALaunchForALargerBatchThanThereIs) {
    const Matrix queries = random_rows(6, 40), documents = random_rows(50, 40);
    const DevicePairs pairs(queries, documents);
    const DeviceBatch tasks({&pairs}, 0);
    PairBatch wide = tasks.batch();
    wide.strip_blocks += 3;
    EXPECT_EQ(cudaSuccess, overlap(wide, stream_));
    finish();
    expect_the_sums_of(queries, documents, pairs);
}

TEST_P(Overlap, NamesTheFirstRowThatIsNoState) {
    const Matrix query = random_rows(2, 40);
    for (const float bad : {kNan, kInfinity, -kInfinity}) {
        Matrix documents = random_rows(80, 40);
        for (const std::size_t row : {37U, 38U, 79U})
            documents.at(row, 39 - row % 2) = bad;
        const DevicePairs pairs(query, documents);
        run({&pairs});
        EXPECT_EQ(2U + 37U, pairs.first_bad_row());
    }
}

TEST_P(Overlap, NamesTheFirstRowOfAStripThatIsNoState) {
    const Matrix queries = random_rows(6, 40);
    Matrix documents = random_rows(80, 40);
    for (const std::size_t row : {37U, 38U, 79U})
        documents.at(row, 39 - row % 2) = kNan;
    const DevicePairs pairs(queries, documents);
    run({&pairs}, 0);
    EXPECT_EQ(6U + 37U, pairs.first_bad_row());
}

TEST_P(Overlap, NamesAZeroVectorAndQueriesBeforeDocuments) {
    const Matrix good = random_rows(5, 7);
    Matrix bad = random_rows(5, 7);
    for (std::size_t i = 0; i < 7; ++i)
        bad.at(3, i) = i % 2 == 0 ? 0.0F : -0.0F;
    const DevicePairs in_documents(good, bad), in_both(bad, bad), in_none(good, good);
    run({&in_documents, &in_both, &in_none});
    EXPECT_EQ(5U + 3U, in_documents.first_bad_row());
    EXPECT_EQ(3U, in_both.first_bad_row());
    EXPECT_EQ(kNoBadRow, in_none.first_bad_row());
}

TEST_P(Overlap, OfNothingSucceeds) {
    EXPECT_EQ(cudaSuccess, overlap({}, stream_));
}

TEST_P(Overlap, RefusesMoreBlocksThanAGridMayHave) {
    const auto expect_refused = [&](const PairBatch& batch) {
        EXPECT_EQ(cudaErrorInvalidConfiguration, overlap(batch, stream_));
    };
    std::vector<PairTask> tasks(2);
    for (PairTask& task : tasks)
        task.query_count = task.document_count = 1U << 19;
    const PairBatch tiles = plan(tasks, std::size_t{1} << 39);
    EXPECT_EQ(2 * ((std::size_t{1} << 16) + (std::size_t{1} << 32)), tiles.overlap_blocks);
    EXPECT_EQ(0U, tiles.strip_blocks);
    expect_refused(tiles);

    for (PairTask& task : tasks)
        task.query_count = task.document_count = 1U << 22;
    const PairBatch strips = plan(tasks);
    EXPECT_EQ(2 * (std::size_t{1} << 19), strips.overlap_blocks);
    EXPECT_EQ(2 * (std::size_t{1} << 32), strips.strip_blocks);
    expect_refused(strips);
}

IN_EVERY_ORDER(Overlap);

// What lets a device fuse the product with the addition, and the host not.
TEST(ProductsOfFloats, AreExactSoThatFusingThemChangesNoBit) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::Random random(seed);
    for (const Matrix& rows : {test::random_matrix(random, 2, 3000), extreme_rows(2, 3000)}) {
        double fused = 0, apart = 0;
        for (std::size_t i = 0; i < 3000; ++i) {
            const double left = rows.view().row(0)[i], right = rows.view().row(1)[i];
            fused = std::fma(left, right, fused);
            apart += left * right;
            EXPECT_EQ(bits_of({fused}), bits_of({apart})) << "component " << i;
        }
    }
}

}  // namespace
}  // namespace qr::device
