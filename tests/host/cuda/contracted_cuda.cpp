// The CUDA backend on emulated devices, as the contract suites meet it: in ascending order as it
// ships; in any other with the smallest slots that fit every pair, so that most tasks are cut, on
// two devices and by graphs.
#include "host/cuda/cuda_backend.h"
#include "tests/host/backend/contracted.h"
#include "tests/host/cuda/small_slots.h"
#include "tests/support/emulation/emulation.h"

namespace qr::test {
namespace {

using Made = Result<std::unique_ptr<FidelityBackend>>;

Made make_emulated(const BackendOptions&) {
    emulation::Settings settings = emulation::settings_from_environment();
    cuda::CudaOptions options{.staging_bytes = std::size_t{1} << 20};
    if (settings.order != 0) {
        settings.devices = 2;
        options = {.limits = cuda::kSmallSlots, .launching = cuda::Launching::graph};
    }
    emulation::reset(settings);
    auto made = cuda::CudaBackend::make(options);
    if (!made.ok()) return made.error();
    return Made(std::move(*made));
}

const bool is_added = [] {
    own_backends().push_back({"cuda-emulated", "emulated devices", &make_emulated});
    return true;
}();

}  // namespace
}  // namespace qr::test
