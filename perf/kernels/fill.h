// Rows of numbers that a device makes by itself: the host can make any of them again, so gigabytes
// need no copy and their scores can still be checked.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/math/hd.h"

namespace qr::perf {

// In [-1, 1), a multiple of 2^-23, exact in float32: the same bits on both sides. The mixing is
// that of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
QR_HD inline float component(std::uint64_t seed, std::uint64_t index) {
    std::uint64_t mixed = seed + (index + 1) * 0x9E3779B97F4A7C15U;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    mixed ^= mixed >> 31;
    return static_cast<float>(static_cast<std::int32_t>(mixed >> 40) - (1 << 23)) * 0x1p-23F;
}

// values[i] = component(seed, i); device memory of the caller's.
cudaError_t fill(float* values, std::size_t count, std::uint64_t seed, cudaStream_t stream);

}  // namespace qr::perf
