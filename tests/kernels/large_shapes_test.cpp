// Shapes at the product's limits, in one order and without the race build: they take their time.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <type_traits>

#include "kernels/math/amplitude.h"
#include "kernels/overlap.h"
#include "kernels/read_out.h"
#include "kernels/top_k.h"
#include "tests/kernels/overlap_matrix_fixture.h"
#include "tests/kernels/overlap_tensor_fixture.h"
#include "tests/kernels/rescore_fixture.h"

namespace qr::device {
namespace {

using testing::Values;

class LargeOverlapMatrix : public OverlapMatrixTest {};

TEST_P(LargeOverlapMatrix, KeepsItsBoundAtTheLargestDimension) {
    expect_chains_within_the_bound(random_rows(2, math::kDimensionMax),
                                   random_rows(3, math::kDimensionMax), Storage::float16);
    Matrix same(1, math::kDimensionMax);  // products of one sign: errors of one sign
    for (std::size_t i = 0; i < same.dimension(); ++i)
        same.at(0, i) = 1 + 0x1p-10F * static_cast<float>(i % 1000);
    expect_chains_within_the_bound(same, same, Storage::float32);
}

TEST_P(LargeOverlapMatrix, TakesManyDocumentsAgainstManyQueries) {
    const Matrix queries = random_rows(512, 4), rows = random_rows(10'000, 4);
    const StoredRows stored_queries(queries, Storage::float16), stored(rows, Storage::float16);
    expect_chains(stored_queries, stored, overlaps(stored_queries, stored));
}

INSTANTIATE_TEST_SUITE_P(Orders, LargeOverlapMatrix, Values(2U));

class LargeOverlapTensor : public OverlapTensorTest {};

// More tiles than there are blocks to walk over them, and a last one that is not whole.
TEST_P(LargeOverlapTensor, WalksOverManyTiles) {
    expect_right(random_rows(17, 72), random_rows(2 * 132 * 128 + 100, 72), Storage::float16);
}

INSTANTIATE_TEST_SUITE_P(Orders, LargeOverlapTensor, Values(2U));

// A pointer to the first of many elements, of which only those from `index` on have memory.
template <class T>
T* first_of(const DeviceArray<std::remove_const_t<T>>& memory, std::size_t index) {
    return reinterpret_cast<T*>(reinterpret_cast<std::uintptr_t>(memory.data()) -
                                index * sizeof(T));
}

class LargePairs : public KernelTest {
  protected:
    static constexpr std::size_t kQueries = 512, kDocuments = 390 * 256 + 32;

    // The last block alone of a task of more than 2^32 components, which has so many queries and
    // documents. `only_last` makes it the launch's only block.
    template <class OnlyLast>
    void expect_the_rows_of_the_last_block(std::size_t query_count, std::size_t document_count,
                                           OnlyLast only_last) {
        constexpr std::size_t kDimension = math::kDimensionMax;
        const std::size_t first_query = kQueries - query_count;
        const std::size_t first_document = kDocuments - document_count;
        const Matrix queries = random_rows(query_count, kDimension);
        const Matrix documents = random_rows(document_count, kDimension);
        const DeviceArray<float> query_memory(shifted(queries, 0)),
            document_memory(shifted(documents, 0));
        const auto pair_memory = unwritten<double>(query_count * kDocuments);
        std::vector<PairTask> tasks = {
            {.queries = first_of<const float>(query_memory, first_query * kDimension),
             .documents = first_of<const float>(document_memory, first_document * kDimension),
             .pairs = first_of<double>(pair_memory, first_query * kDocuments),
             .query_count = kQueries,
             .document_count = kDocuments,
             .dimension = kDimension}};
        PairBatch batch = only_last(tasks);
        const DeviceArray<PairTask> task_memory(tasks);
        const DeviceArray<PairTable> table(
            std::vector<PairTable>{{.tasks = task_memory.data(),
                                    .task_count = 1,
                                    .overlap_blocks = static_cast<unsigned>(batch.overlap_blocks),
                                    .strip_blocks = static_cast<unsigned>(batch.strip_blocks)}});
        batch.table = table.data();
        EXPECT_EQ(cudaSuccess, overlap(batch, stream_));
        finish();
        const std::vector<double> pairs = pair_memory.values();
        std::vector<double> found;
        for (std::size_t q = 0; q < query_count; ++q) {
            const auto begin = pairs.begin() + static_cast<std::ptrdiff_t>(q * kDocuments);
            EXPECT_EQ(-7, begin[static_cast<std::ptrdiff_t>(first_document) - 1]);
            found.insert(found.end(), begin + static_cast<std::ptrdiff_t>(first_document),
                         begin + static_cast<std::ptrdiff_t>(kDocuments));
        }
        EXPECT_EQ(bits_of(inner_products(queries, documents)), bits_of(found));
    }
};

TEST_P(LargePairs, OverlapFindsTheRowsOfTheLastTile) {
    expect_the_rows_of_the_last_block(
        kTileQueries, kTileRows, [](std::vector<PairTask>& tasks) -> PairBatch {
            const PairBatch batch = plan(tasks, kQueries * kDocuments + 1);
            EXPECT_EQ(64U + 128 * 6242, batch.overlap_blocks);
            tasks[0].first_block = 1U - static_cast<unsigned>(batch.overlap_blocks);
            return {.task_count = 1, .overlap_blocks = 1};
        });
}

TEST_P(LargePairs, OverlapFindsTheRowsOfTheLastStrip) {
    expect_the_rows_of_the_last_block(
        kStripQueries, 32, [](std::vector<PairTask>& tasks) -> PairBatch {
            PairBatch batch = plan(tasks);
            EXPECT_EQ(256U, tasks[0].strip_documents);
            EXPECT_EQ(32U * 391, batch.strip_blocks);
            tasks[0].first_strip = 1U - static_cast<unsigned>(batch.strip_blocks);
            batch.overlap_blocks = 0;
            batch.strip_blocks = 1;
            return batch;
        });
}

TEST_P(LargePairs, ReadOutTakesManyDocumentsAgainstManyQueries) {
    const std::vector<double> norms2(10'000, 4.0);
    std::vector<double> dots(512 * 10'000);
    for (std::size_t i = 0; i < dots.size(); ++i)
        dots[i] = 4.0 * static_cast<double>(i % 1024) / 1024;
    const DeviceArray<double> norm_memory(norms2), pairs(dots);
    std::vector<PairTask> tasks = {{.query_norms2 = norm_memory.data(),
                                    .document_norms2 = norm_memory.data(),
                                    .pairs = pairs.data(),
                                    .query_count = 512,
                                    .document_count = 10'000,
                                    .dimension = 2}};
    PairBatch batch = plan(tasks);
    const DeviceArray<PairTask> task_memory(tasks);
    const DeviceArray<PairTable> table(
        std::vector<PairTable>{{.tasks = task_memory.data(), .task_count = 1}});
    batch.table = table.data();
    EXPECT_EQ(cudaSuccess, read_out(scoring::Method::cosine, batch, stream_));
    finish();
    for (double& dot : dots)
        dot /= 4;
    EXPECT_EQ(dots, pairs.values());
}

INSTANTIATE_TEST_SUITE_P(Orders, LargePairs, Values(2U));

class LargeRescore : public RescoreTest {};

TEST_P(LargeRescore, HasTheBitsOfTheLanesAtTheLargestDimension) {
    expect_the_sums(random_rows(1, math::kDimensionMax), random_rows(2, math::kDimensionMax), 3);
}

// Offsets past 2^32: the row's number is large, its memory is not.
TEST_P(LargeRescore, FindsRowsFarBehindTheFirst) {
    const std::size_t far = 70'000, dimension = math::kDimensionMax;
    const Matrix row = random_rows(1, dimension);
    const DeviceArray<float> memory(shifted(row, 0));
    const DeviceArray<unsigned> ids({static_cast<unsigned>(far)});
    const auto norms2 = unwritten<double>(2), dots = unwritten<double>(1);
    EXPECT_EQ(cudaSuccess, rescore({.queries = memory.data(),
                                    .rows = first_of<const float>(memory, far * dimension),
                                    .ids = ids.data(),
                                    .query_norms2 = norms2.data(),
                                    .row_norms2 = norms2.data() + 1,
                                    .dots = dots.data(),
                                    .query_count = 1,
                                    .row_count = static_cast<unsigned>(far) + 1,
                                    .id_count = 1,
                                    .dimension = static_cast<unsigned>(dimension)},
                                   stream_));
    finish();
    EXPECT_EQ(bits_of(squared_norms(row)), bits_of(dots.values()));
}

INSTANTIATE_TEST_SUITE_P(Orders, LargeRescore, Values(0U, 1U));

class LargeTopK : public KernelTest {};

// So many peaks, and so many scores behind the best of them, that both are read again in each pass.
TEST_P(LargeTopK, FindsTheBestOfALongRow) {
    const unsigned count = 1'200'000, k = 1024;
    std::vector<float> scores(count);
    for (float& score : scores)
        score = static_cast<float>(random_() % 50'000) - 25'000;
    std::vector<unsigned> expected(count);
    std::iota(expected.begin(), expected.end(), 0U);
    std::stable_sort(expected.begin(), expected.end(), [&](unsigned a, unsigned b) {
        return std::abs(scores[a]) > std::abs(scores[b]);
    });
    expected.resize(k);

    const DeviceArray<float> input(scores);
    const auto columns = unwritten<unsigned>(k);
    const auto best = unwritten<float>(k);
    TopKTask<float> task{.scores = input.data(),
                         .columns = columns.data(),
                         .best = best.data(),
                         .row_count = 1,
                         .column_count = count,
                         .k = k,
                         .rank = Rank::by_magnitude};
    const auto workspace = unwritten<char>(top_k_workspace_bytes(task));
    task.workspace = workspace.data();
    EXPECT_EQ(cudaSuccess, top_k(task, stream_));
    finish();
    EXPECT_EQ(expected, columns.values());
}

INSTANTIATE_TEST_SUITE_P(Orders, LargeTopK, Values(2U));

}  // namespace
}  // namespace qr::device
