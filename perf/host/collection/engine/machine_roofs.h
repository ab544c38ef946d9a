// What this machine can do at most, measured: multiply-adds from registers alone, bytes read from
// memory far larger than its caches. One thread; times are those of its CPU.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "host/encoding/half.h"

namespace qr::perf {

double cpu_seconds();

// Best times of the slices of some work over several rounds. On a machine that others use as well,
// short slices find quiet moments where the whole finds none.
class BestOfSlices {
  public:
    static constexpr std::size_t kSlices = 32;

    BestOfSlices() { best_.fill(std::numeric_limits<double>::infinity()); }

    // `slice` does the part [index, index + 1) of kSlices.
    template <class Slice>
    void round(const Slice& slice) {
        for (std::size_t i = 0; i < kSlices; ++i) {
            const double start = cpu_seconds();
            slice(i);
            const double seconds = cpu_seconds() - start;
            if (seconds < best_[i]) best_[i] = seconds;
        }
    }
    double seconds() const {
        double sum = 0;
        for (const double slice : best_)
            sum += slice;
        return sum;
    }

  private:
    std::array<double, kSlices> best_;
};

// Multiply-adds a second of the instruction that a kernel of that name and type sums with, in a
// loop that touches no memory. Of the scalar kernel: 0.
double multiply_add_rate(std::string_view kernel, Dtype type);

// Reads a buffer in several ways: one stream with and without prefetching, two and four streams.
// Its size is a multiple of kSlices * 4 KiB.
class Reading {
  public:
    explicit Reading(std::span<const std::byte> buffer) : buffer_(buffer) {}
    void round();
    double rate() const;  // bytes a second, of the best way

  private:
    std::span<const std::byte> buffer_;
    std::array<BestOfSlices, 4> ways_;
};

}  // namespace qr::perf
