#include "host/cuda/collection/cuda_engine.h"

#include "tests/host/cuda/collection/collection_fixture.h"

namespace qr::cuda {
namespace {

using scoring::Method;

class CudaEngineTest : public CollectionTest {};
AT_EVERY_PACE(CudaEngineTest);

TEST_P(CudaEngineTest, GivesTheReferencesHitsForEveryMethodAndLayout) {
    const auto engine = make_engine(small_options());
    for (const Dtype storage : {Dtype::float32, Dtype::float16, Dtype::bfloat16}) {
        for (const std::optional<Dtype> scan :
             {std::optional<Dtype>(), std::optional(Dtype::float32),
              std::optional(Dtype::bfloat16)}) {
            Tables tables(*engine, {.dimension = 24, .storage = storage, .scan = scan});
            tables.append(rounded(rows(300, 24), storage));
            for (const auto& info : scoring::kMethods) {
                SCOPED_TRACE(std::string(info.name) + " of " + std::string(qr::info(storage).name));
                expect_same(tables, {rows(3, 24), 7, info.method});
            }
        }
    }
}

}  // namespace
}  // namespace qr::cuda
