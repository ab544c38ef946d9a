// What a device's plain arithmetic reaches: the ceiling of kernels without tensor cores.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

namespace qr::perf {

inline constexpr unsigned kMultiplyAddThreads = 256;  // of a block
inline constexpr unsigned kMultiplyAddChains = 8;     // of a thread, independent of one another

// sums[i] for every thread of `blocks` blocks: each chain starts at its number (0..7) and does
// x = x * factor + addend `rounds` times; the sum of the chains. Work: threads * chains * rounds
// multiply-adds, two operations each.
template <class Number>
cudaError_t multiply_add(Number* sums, unsigned blocks, unsigned rounds, Number factor,
                         Number addend, cudaStream_t stream);

extern template cudaError_t multiply_add(float*, unsigned, unsigned, float, float, cudaStream_t);
extern template cudaError_t multiply_add(double*, unsigned, unsigned, double, double, cudaStream_t);

}  // namespace qr::perf
