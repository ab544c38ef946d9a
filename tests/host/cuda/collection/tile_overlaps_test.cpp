// The engine with cuBLAS's side of the seam, by its stand-in.
#include "host/cuda/collection/tile_overlaps.h"

#include "tests/host/cuda/collection/collection_fixture.h"

namespace qr::cuda {
namespace {

class CublasOverlaps : public CudaTest {};

TEST_F(CublasOverlaps, AreTakenWhereTheTensorCoreKernelDoesNotFit) {
    CollectionOptions options = small_options();
    options.cublas_file = QR_STAND_IN_CUBLAS;
    auto engine = CudaEngine::make(options);
    ASSERT_TRUE(engine.ok());
    for (const TableLayout& layout :
         {TableLayout{.dimension = 9}, TableLayout{.dimension = 16, .scan = Dtype::float32}}) {
        Tables tables(**engine, layout);
        tables.append(rows(150, layout.dimension));
        CollectionTest::expect_same(tables, {rows(2, layout.dimension), 5, scoring::Method::dot});
    }
}

TEST_F(CublasOverlaps, AreReplayedWithTheTilesThatTheyWereCapturedWith) {
    CollectionOptions options = small_options();
    options.cublas_file = QR_STAND_IN_CUBLAS;
    options.lanes = 1;
    auto engine = CudaEngine::make(options);
    ASSERT_TRUE(engine.ok());
    const TableLayout layout{.dimension = 9};
    Tables tables(**engine, layout), others(**engine, layout);
    tables.append(rows(150, 9));
    others.append(rows(150, 9));
    const Question question{rows(2, 9), 5};
    for (int round = 0; round < 3; ++round) {
        CollectionTest::expect_same(tables, question);
        CollectionTest::expect_same(others, question);  // its rows lie elsewhere: another form
    }
    EXPECT_EQ(2U, (*engine)->graph_counts().captured);
    EXPECT_EQ(4U, (*engine)->graph_counts().launched);
    tables.append(rows(20, 9));  // its last tile is longer now, which cuBLAS would not be told
    CollectionTest::expect_same(tables, question);
    EXPECT_EQ(3U, (*engine)->graph_counts().enqueued);
}

TEST_F(CublasOverlaps, AreNotAskedForWhereTensorCoresServe) {
    const auto overlaps = TileOverlaps::make(0, "");
    ASSERT_TRUE(overlaps.ok());
    const device::MatrixTask task{.dimension = 16, .storage = device::Storage::float16};
    EXPECT_TRUE(overlaps->is_by_tensor_cores(task));
    EXPECT_FALSE(overlaps->takes_its_task_at_once(task));
    const device::MatrixTask odd{.dimension = 9, .storage = device::Storage::float16};
    EXPECT_FALSE(overlaps->is_by_tensor_cores(odd));
    EXPECT_FALSE(overlaps->takes_its_task_at_once(odd));  // there is no cuBLAS
}

}  // namespace
}  // namespace qr::cuda
