#include "host/text/row_sum.h"

#include <algorithm>
#include <array>

namespace qr {
namespace {

constexpr std::size_t kBlock = 64;  // numbers of a row widened at a time

// Indexed by Dtype.
constexpr std::array<kernels::SumRows*, kDtypes.size()> kKernels = {
    kernels::sum_float32_avx2, kernels::sum_float16_avx2, kernels::sum_bfloat16_avx2,
    kernels::sum_int8_avx2};

void sum_block(Dtype dtype, std::span<const WeightedRow> rows, std::size_t first,
               std::span<float> sum) {
    const std::size_t width = info(dtype).width;
    std::array<float, kBlock> widened{};
    const std::span<float> numbers = std::span(widened).first(sum.size());
    for (const WeightedRow& row : rows) {
        widen(InstructionSet::scalar, dtype, {row.numbers + first * width, sum.size() * width},
              numbers);
        for (std::size_t i = 0; i < sum.size(); ++i)
            sum[i] += row.weight * numbers[i];
    }
}

}  // namespace

void sum_rows(InstructionSet set, Dtype dtype, std::span<const WeightedRow> rows,
              std::span<float> sum) {
    std::size_t done = 0;
    if (set != InstructionSet::scalar)
        done = kKernels[static_cast<std::size_t>(dtype)](rows.data(), rows.size(), sum.size(),
                                                         sum.data());
    std::ranges::fill(sum.subspan(done), 0.0F);
    for (; done < sum.size(); done += kBlock)
        sum_block(dtype, rows, done, sum.subspan(done, std::min(kBlock, sum.size() - done)));
}

}  // namespace qr
