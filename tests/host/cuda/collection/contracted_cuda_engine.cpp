// The CUDA engine on an emulated device, as the contract suites meet it: tiles and segments so
// small that every search goes over several of either.
#include "host/cuda/collection/cuda_engine.h"
#include "tests/host/collection/engine/contract.h"
#include "tests/support/emulation/emulation.h"

namespace qr::test {
namespace {

using Made = Result<std::unique_ptr<CollectionEngine>>;

Made make_emulated(const EngineOptions& options) {
    emulation::reset(emulation::settings_from_environment());
    auto made = cuda::CudaEngine::make({.limits = {.queries = 16,
                                                   .query_numbers = std::size_t{1} << 16,
                                                   .tile_overlaps = 4096,
                                                   .survivors = std::size_t{1} << 16,
                                                   .listed = std::size_t{1} << 15,
                                                   .mask_bytes = std::size_t{1} << 16,
                                                   .first_tile_rows = 64},
                                        .segments = {.first_bytes = 4096, .last_bytes = 65536},
                                        .stage_bytes = 8192,
                                        .memory_max = options.memory_max,
                                        .reserve_bytes = std::size_t{1} << 20,
                                        .cublas_file = ""});
    if (!made.ok()) return made.error();
    return Made(std::move(*made));
}

const bool is_added = [] {
    own_engines().push_back({"cuda-emulated", "an emulated device", &make_emulated});
    return true;
}();

}  // namespace
}  // namespace qr::test
