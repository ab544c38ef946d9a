// Scores from inner products on a device, by the functors that the CPU uses (kernels/scoring).
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/pair_batch.h"
#include "kernels/scoring/methods.h"

namespace qr::device {

// Square root and division are correctly rounded on both sides; other functions are each library's
// own. A read-out that calls one is left to the host, which then gets the overlaps: the same bits
// again. One that is left out here by mistake does not compile for a device.
template <class ReadOut>
inline constexpr bool kIsExactOnDevice = true;
template <>
inline constexpr bool kIsExactOnDevice<scoring::BuresAngleReadOut> = false;

constexpr bool is_read_out_on_device(scoring::Method method) {
    return scoring::visit(method, [](auto pipeline) {
        return kIsExactOnDevice<typename decltype(pipeline)::read_out>;
    });
}

// In place, behind overlap(): the pairs of every task become scores of `method` or, where it is not
// read out on a device, overlaps, of which the host takes read_out::read_out(). A bad row gives
// some score that the caller discards. An empty batch succeeds; cudaErrorInvalidConfiguration: more
// than kReadOutTasksMax tasks.
inline constexpr unsigned kReadOutTasksMax = 65535;
cudaError_t read_out(scoring::Method method, const PairBatch& batch, cudaStream_t stream);

}  // namespace qr::device
