// Stands in for kernels/cuda/tensor.cuh, whose comments say what each of these does, in plain C++.
//
// A copy writes twice: bits that are no number when it is issued, since from then on it may arrive
// at any time, and what it copies when it is waited for, since until then it may not have. Sums run
// over ascending components and are rounded each time, as tensor cores do neither.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

#include <array>
#include <bit>
#include <cstdint>

namespace qr::device {

class AsyncCopies {
  public:
    void copy(void* shared, const void* global, bool is_there) {
        auto* const to = static_cast<std::uint32_t*>(shared);
        for (unsigned i = 0; i < kWords; ++i)
            to[i] = kNoNumbers;
        if (count_ == copies_.size()) qr::emulation::trap(qr::emulation::Site::here());
        copies_[count_++] = {to, is_there ? static_cast<const std::uint32_t*>(global) : nullptr};
    }
    void commit() {
        if (group_count_ == group_ends_.size()) qr::emulation::trap(qr::emulation::Site::here());
        group_ends_[group_count_++] = count_;
    }
    template <unsigned kPending>
    void wait() {
        if (group_count_ <= kPending) return;
        const unsigned arrived = group_count_ - kPending, end = group_ends_[arrived - 1];
        for (unsigned c = 0; c < end; ++c) {
            for (unsigned i = 0; i < kWords; ++i)
                copies_[c].to[i] = copies_[c].from != nullptr ? copies_[c].from[i] : 0;
        }
        for (unsigned c = end; c < count_; ++c)
            copies_[c - end] = copies_[c];
        for (unsigned g = arrived; g < group_count_; ++g)
            group_ends_[g - arrived] = group_ends_[g] - end;
        count_ -= end;
        group_count_ -= arrived;
    }

  private:
    static constexpr unsigned kWords = 4;
    static constexpr std::uint32_t kNoNumbers = 0xFFFFFFFF;
    struct Copy {
        std::uint32_t* to;
        const std::uint32_t* from;  // null: zeros
    };
    std::array<Copy, 256> copies_;
    std::array<unsigned, 16> group_ends_;
    unsigned count_ = 0, group_count_ = 0;
};

inline void load_matrices(unsigned (&matrices)[4], const void* shared_row) {
    const unsigned lane = threadIdx.x % 32;
    const auto row = reinterpret_cast<std::uintptr_t>(shared_row);
    for (unsigned m = 0; m < 4; ++m) {
        const auto from = __shfl_sync(~0U, row, static_cast<int>(8 * m + lane / 4));
        matrices[m] = reinterpret_cast<const std::uint32_t*>(from)[lane % 4];
    }
}

namespace twins {

inline float number(unsigned two, unsigned which, __half) {
    return __half2float(std::bit_cast<__half>(static_cast<std::uint16_t>(two >> 16 * which)));
}
inline float number(unsigned two, unsigned which, __nv_bfloat16) {
    return __bfloat162float(
        std::bit_cast<__nv_bfloat16>(static_cast<std::uint16_t>(two >> 16 * which)));
}

}  // namespace twins

template <class Stored>
void multiply_add(float (&sums)[4], const unsigned (&left)[4], unsigned right_low,
                  unsigned right_high) {
    const unsigned group = threadIdx.x % 32 / 4, in_group = threadIdx.x % 4;
    for (unsigned half = 0; half < 2; ++half) {  // components 0..7, then 8..15
        for (unsigned t = 0; t < 4; ++t) {
            unsigned rows[2], columns[2];
            for (unsigned i = 0; i < 2; ++i) {
                rows[i] = __shfl_sync(~0U, left[2 * half + i], static_cast<int>(4 * group + t));
                columns[i] = __shfl_sync(~0U, half == 0 ? right_low : right_high,
                                         static_cast<int>(4 * (2 * in_group + i) + t));
            }
            for (unsigned c = 0; c < 2; ++c) {
                for (unsigned i = 0; i < 4; ++i)
                    sums[i] += twins::number(rows[i / 2], c, Stored{}) *
                               twins::number(columns[i % 2], c, Stored{});
            }
        }
    }
}

}  // namespace qr::device
