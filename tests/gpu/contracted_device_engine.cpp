// The CUDA engine on this machine's device, as the engines' contract suites meet it: as it ships,
// and with tiles and segments so small that every search goes over several of either.
#include "host/cuda/collection/cuda_engine.h"
#include "tests/host/collection/engine/contract.h"

namespace qr::test {
namespace {

using Made = Result<std::unique_ptr<CollectionEngine>>;

Made make(cuda::CollectionOptions options, const EngineOptions& asked) {
    options.memory_max = asked.memory_max;
    auto made = cuda::CudaEngine::make(options);
    if (!made.ok()) return made.error();
    return Made(std::move(*made));
}

const bool is_added = [] {
    own_engines().push_back(
        {"cuda", "as it ships", [](const EngineOptions& asked) { return make({}, asked); }});
    own_engines().push_back(
        {"cuda-small", "small tiles and segments", [](const EngineOptions& asked) {
             return make({.limits = {.queries = 16,
                                     .query_numbers = std::size_t{1} << 17,
                                     .tile_overlaps = 4096,
                                     .survivors = std::size_t{1} << 16,
                                     .listed = std::size_t{1} << 15,
                                     .mask_bytes = std::size_t{4} << 20,
                                     .first_tile_rows = 64},
                          .segments = {.first_bytes = 4096, .last_bytes = 65536},
                          .stage_bytes = 8192,
                          .cublas_file = ""},
                         asked);
         }});
    return true;
}();

}  // namespace
}  // namespace qr::test
