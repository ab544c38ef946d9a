#include "host/collection/engine/cpu/exact_scorer.h"

#include <algorithm>
#include <cstdint>

#include "host/base/check.h"
#include "host/collection/engine/cpu/block_rows.h"
#include "kernels/math/lanes.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kLineDoubles = 8;
// 128 KiB: rows brought together are still in the L2 cache when they are summed.
constexpr std::size_t kGatheredFloatsMax = std::size_t{32} << 10;

std::size_t padded(std::size_t dimension) {
    return (dimension + math::kLanes - 1) / math::kLanes * math::kLanes;
}

double* first_line(std::vector<double>& memory) {
    const auto address = reinterpret_cast<std::uintptr_t>(memory.data());
    return memory.data() + (64 - address % 64) % 64 / sizeof(double);
}

}  // namespace

WideQueries::WideQueries(const KernelTable& kernels, std::size_t count, std::size_t dimension)
    : kernels_(kernels),
      stride_(padded(dimension)),
      memory_(count * stride_ + kLineDoubles),
      data_(first_line(memory_)),
      norms2_(count) {}

void WideQueries::set(std::size_t place, std::span<const float> query) {
    double* const wide = data_ + place * stride_;
    std::copy(query.begin(), query.end(), wide);
    double self = 0;
    kernels_.inner_products({wide, 1, stride_}, {query.data(), 1, query.size()},
                            {&self, 1, &norms2_[place]});
}

ExactScorer::ExactScorer(const BlockShape& shape, const Directory& directory,
                         const KernelTable& kernels)
    : shape_(shape),
      directory_(directory),
      kernels_(kernels),
      rows_at_once_(std::clamp<std::size_t>(kGatheredFloatsMax / shape.dimension, 1, kBlockRows)),
      rows_(rows_at_once_ * shape.dimension) {}

void ExactScorer::sum(const WideRows& queries, std::span<const Slot> slots,
                      const SumTarget& target) {
    for (std::size_t done = 0; done < slots.size(); done += rows_at_once_) {
        const std::size_t count = std::min(rows_at_once_, slots.size() - done);
        for (std::size_t i = 0; i < count; ++i) {
            const Slot slot = slots[done + i];
            const BlockPlace& place = directory_[slot / kBlockRows];
            read_row(shape_, place, slot % kBlockRows,
                     std::span(rows_).subspan(i * shape_.dimension, shape_.dimension));
        }
        kernels_.inner_products(queries, {rows_.data(), count, shape_.dimension},
                                {target.dots + done, target.stride, target.norms2 + done});
    }
}

}  // namespace qr::cpu
