#include "tests/kernels/overlap_tensor_fixture.h"

namespace qr::device {
namespace {

class OverlapTensor : public OverlapTensorTest {};

TEST_P(OverlapTensor, GivesEachQueryAgainstEachRow) {
    const StoredRows queries(test::matrix_of({{1, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, -2, 0, 0, 0, 0}}),
                             Storage::float16);
    const StoredRows rows(
        test::matrix_of(
            {{0, 0, 0, 3, 0, 0, 0, 0}, {5, 0, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 0, 0, 1}}),
        Storage::float16);
    const TensorOverlaps found = find(queries, rows, Rank::by_magnitude);
    EXPECT_THAT(found.overlaps, testing::ElementsAre(0, 1, 0, -1, 0, 0));
    EXPECT_THAT(found.peaks, testing::ElementsAre(1, 1));
}

TEST_P(OverlapTensor, StaysWithinTheBoundInAnyDimension) {
    for (const std::size_t dimension : {8U, 16U, 56U, 64U, 72U, 136U, 384U, 520U}) {
        expect_right(random_rows(3, dimension), random_rows(5, dimension), Storage::float16);
        expect_right(random_rows(2, dimension), random_rows(9, dimension), Storage::bfloat16);
    }
}

TEST_P(OverlapTensor, CutsTasksOfAnyShapeIntoTiles) {
    for (const std::size_t queries : {1U, 15U, 17U, 32U, 33U, 64U, 65U}) {
        for (const std::size_t rows : {1U, 31U, 33U, 128U, 131U})
            expect_right(random_rows(queries, 8), random_rows(rows, 8), Storage::float16,
                         Rank::by_magnitude);
    }
}

// The dimensions at which fewer queries lie in shared memory.
TEST_P(OverlapTensor, TakesAsManyQueriesAsSharedMemoryHolds) {
    for (const std::size_t dimension : {1024U, 1032U, 2048U, 2056U, 4096U})
        expect_right(random_rows(34, dimension), random_rows(2, dimension), Storage::bfloat16);
}

TEST_P(OverlapTensor, OfAPairDoesNotDependOnItsNeighbours) {
    const Matrix queries = random_rows(70, 72), rows = random_rows(140, 72);
    const TensorOverlaps together =
        find(StoredRows(queries, Storage::bfloat16), StoredRows(rows, Storage::bfloat16));
    Matrix last_query(1, 72), last_row(1, 72);
    for (std::size_t i = 0; i < 72; ++i) {
        last_query.at(0, i) = queries.view().row(69)[i];
        last_row.at(0, i) = rows.view().row(139)[i];
    }
    const TensorOverlaps alone =
        find(StoredRows(last_query, Storage::bfloat16), StoredRows(last_row, Storage::bfloat16));
    EXPECT_EQ(together.overlaps.back(), alone.overlaps.front());
}

TEST_P(OverlapTensor, WritesNoPeaksWhereNoneAreWanted) {
    const StoredRows row(random_rows(1, 8), Storage::float16);
    const auto overlap = unwritten<float>(1);
    EXPECT_EQ(cudaSuccess, overlap_tensor({.queries = row.data(),
                                           .rows = row.data(),
                                           .overlaps = overlap.data(),
                                           .query_count = 1,
                                           .row_count = 1,
                                           .dimension = 8,
                                           .storage = Storage::float16},
                                          {}, stream_));
    finish();
    EXPECT_NEAR(1, overlap.values().front(), 0x1p-9);
}

TEST_P(OverlapTensor, OfNothingSucceeds) {
    EXPECT_EQ(cudaSuccess, overlap_tensor({.row_count = 5, .dimension = 8}, {}, stream_));
    EXPECT_EQ(cudaSuccess, overlap_tensor({.query_count = 5, .dimension = 8}, {}, stream_));
}

TEST_P(OverlapTensor, RefusesWhatTensorCoresDoNotTake) {
    MatrixTask task{.query_count = 1, .row_count = 1, .dimension = 8, .storage = Storage::float16};
    EXPECT_TRUE(is_for_tensor_cores(task));
    const auto with = [&](auto change) {
        MatrixTask changed = task;
        change(changed);
        return changed;
    };
    const auto at = [](std::uintptr_t address) { return reinterpret_cast<float*>(address); };
    for (const MatrixTask& wrong : {
             with([](MatrixTask& t) { t.storage = Storage::float32; }),
             with([](MatrixTask& t) { t.dimension = 12; }),
             with([](MatrixTask& t) { t.dimension = 4104; }),
             with([&](MatrixTask& t) { t.queries = at(8); }),
             with([&](MatrixTask& t) { t.rows = at(24); }),
             with([&](MatrixTask& t) { t.overlaps = at(4); }),
         }) {
        EXPECT_FALSE(is_for_tensor_cores(wrong));
        EXPECT_EQ(cudaErrorInvalidValue, overlap_tensor(wrong, {}, stream_));
    }
}

IN_EVERY_ORDER(OverlapTensor);

}  // namespace
}  // namespace qr::device
