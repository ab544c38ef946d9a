#include "tests/kernels/overlap_matrix_fixture.h"

namespace qr::device {
namespace {

class OverlapMatrix : public OverlapMatrixTest {
  protected:
    void expect_in_every_storage(std::size_t queries, std::size_t rows, std::size_t dimension,
                                 std::size_t shift = 0) {
        for (const Storage storage : {Storage::float32, Storage::float16, Storage::bfloat16})
            expect_chains_within_the_bound(random_rows(queries, dimension),
                                           random_rows(rows, dimension), storage, shift);
    }
};

TEST_P(OverlapMatrix, GivesEachQueryAgainstEachRow) {
    const StoredRows queries(test::matrix_of({{1, 0}, {0.6F, -0.8F}}), Storage::float32);
    const StoredRows rows(test::matrix_of({{0, 1}, {1, 0}, {0.6F, 0.8F}}), Storage::float32);
    EXPECT_THAT(
        overlaps(queries, rows),
        testing::Pointwise(testing::FloatEq(), {0.0F, 1.0F, 0.6F, -0.8F, 0.6F, 0.36F - 0.64F}));
}

TEST_P(OverlapMatrix, IsAChainOfMultiplyAddsInAnyDimension) {
    for (const std::size_t dimension : {1U, 2U, 7U, 8U, 15U, 16U, 17U, 31U, 33U, 96U, 384U})
        expect_in_every_storage(2, 3, dimension);
}

TEST_P(OverlapMatrix, CutsTasksOfAnyShapeIntoTiles) {
    for (const std::size_t queries : {1U, 4U, 5U, 31U, 32U, 33U, 64U, 65U, 130U}) {
        for (const std::size_t rows : {1U, 63U, 65U, 128U, 129U, 260U})
            expect_chains_within_the_bound(random_rows(queries, 8), random_rows(rows, 8),
                                           Storage::float16);
    }
}

TEST_P(OverlapMatrix, TakesRowsThatStartAnywhere) {
    for (const std::size_t shift : {1U, 3U, 8U}) {
        expect_in_every_storage(3, 130, 24, shift);
        expect_in_every_storage(33, 5, 21, shift);
    }
}

TEST_P(OverlapMatrix, OfAPairDoesNotDependOnItsNeighbours) {
    const Matrix queries = random_rows(70, 40), rows = random_rows(140, 40);
    const StoredRows all_queries(queries, Storage::bfloat16), all(rows, Storage::bfloat16);
    const std::vector<float> together = overlaps(all_queries, all);
    Matrix last_query(1, 40), last_row(1, 40);
    for (std::size_t i = 0; i < 40; ++i) {
        last_query.at(0, i) = queries.view().row(69)[i];
        last_row.at(0, i) = rows.view().row(139)[i];
    }
    const std::vector<float> alone = overlaps(StoredRows(last_query, Storage::bfloat16),
                                              StoredRows(last_row, Storage::bfloat16));
    EXPECT_EQ(together.back(), alone.front());
}

TEST_P(OverlapMatrix, OfNothingSucceeds) {
    EXPECT_EQ(cudaSuccess, overlap_matrix({.row_count = 5, .dimension = 8}, stream_));
    EXPECT_EQ(cudaSuccess, overlap_matrix({.query_count = 5, .dimension = 8}, stream_));
}

TEST_P(OverlapMatrix, RefusesMoreTilesThanAGridMayHaveBlocks) {
    EXPECT_EQ(cudaErrorInvalidConfiguration, overlap_matrix({.query_count = 1U << 20,
                                                             .row_count = 1U << 24,
                                                             .dimension = 8,
                                                             .storage = Storage::float16},
                                                            stream_));
}

IN_EVERY_ORDER(OverlapMatrix);

}  // namespace
}  // namespace qr::device
