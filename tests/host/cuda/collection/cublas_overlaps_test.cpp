// The engine with cuBLAS's side of the seam, by its stand-in, which works at once.
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

}  // namespace
}  // namespace qr::cuda
