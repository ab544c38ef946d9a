// Double-precision sums of chosen rows, in the order that kernels/math/lanes.h defines: what every
// score of an answer is made of. Rows are brought together from their blocks a few at a time.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/backend/cpu/kernels.h"
#include "host/collection/engine/cpu/block.h"
#include "host/collection/engine/cpu/directory.h"

namespace qr::cpu {

// Queries as kernels take them: in double, padded, on cache lines, with their squared norms.
class WideQueries {
  public:
    WideQueries(const KernelTable& kernels, std::size_t count, std::size_t dimension);
    // Places are set once each, before anything is read.
    void set(std::size_t place, std::span<const float> query);

    WideRows rows(std::size_t first, std::size_t count) const {
        return {data_ + first * stride_, count, stride_};
    }
    double norm2(std::size_t place) const { return norms2_[place]; }

  private:
    const KernelTable& kernels_;
    const std::size_t stride_;
    std::vector<double> memory_;
    double* data_;
    std::vector<double> norms2_;
};

// For one thread; has memory for a few rows.
class ExactScorer {
  public:
    ExactScorer(const BlockShape& shape, const Directory& directory, const KernelTable& kernels);

    // target.dots[q * stride + i] and norms2[i] of slots[i].
    void sum(const WideRows& queries, std::span<const Slot> slots, const SumTarget& target);

  private:
    const BlockShape& shape_;
    const Directory& directory_;
    const KernelTable& kernels_;
    const std::size_t rows_at_once_;
    std::vector<float> rows_;
};

}  // namespace qr::cpu
