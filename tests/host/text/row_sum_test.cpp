#include "host/text/row_sum.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <vector>

namespace qr {
namespace {

constexpr std::size_t kRows = 40;

// Bytes of a table whose numbers are all finite.
std::vector<std::byte> make_table(Dtype dtype, std::size_t dimension) {
    std::mt19937 random(3);
    const std::size_t width = info(dtype).width;
    std::vector<std::byte> table(kRows * dimension * width);
    for (std::size_t i = 0; i < table.size(); ++i) {
        table[i] = static_cast<std::byte>(random());
        const bool is_top = i % width == width - 1;
        if (width > 1 && is_top) table[i] &= std::byte{0xBF};  // exponents stay below their half
    }
    return table;
}

std::vector<WeightedRow> rows_of(const std::vector<std::byte>& table, std::size_t stride) {
    std::mt19937 random(4);
    std::vector<WeightedRow> rows;
    for (std::size_t i = 0; i < 2 * kRows; ++i)
        rows.push_back(
            {table.data() + random() % kRows * stride, static_cast<float>(random() % 1000) / 777});
    return rows;
}

TEST(RowSum, AddsWeightedNumbersInTheOrderOfTheRows) {
    const std::vector<std::int8_t> table = {1, -2, 100, 3};
    const auto* bytes = reinterpret_cast<const std::byte*>(table.data());
    const std::vector<WeightedRow> rows = {{bytes, 0.5F}, {bytes + 2, 2}};
    std::vector<float> sum(2, 77);
    sum_rows(InstructionSet::scalar, Dtype::int8, rows, sum);
    EXPECT_EQ((std::vector<float>{200.5F, 5}), sum);
}

TEST(RowSum, OfNoRowsIsZero) {
    std::vector<float> sum(11, 77);
    sum_rows(best_instruction_set(), Dtype::float32, {}, sum);
    EXPECT_EQ(std::vector<float>(11), sum);
}

TEST(RowSum, HasTheSameBitsOnEveryInstructionSet) {
    for (const DtypeInfo& format : kDtypes) {
        for (const std::size_t dimension : {1U, 7U, 8U, 9U, 63U, 64U, 65U, 200U, 256U, 300U}) {
            const auto table = make_table(format.dtype, dimension);
            const auto rows = rows_of(table, dimension * format.width);
            std::vector<float> expected(dimension);
            sum_rows(InstructionSet::scalar, format.dtype, rows, expected);
            for (const auto set : {InstructionSet::avx2, InstructionSet::avx512}) {
                if (!is_supported(set)) continue;
                std::vector<float> found(dimension, 77);
                sum_rows(set, format.dtype, rows, found);
                for (std::size_t i = 0; i < dimension; ++i)
                    ASSERT_EQ(std::bit_cast<std::uint32_t>(expected[i]),
                              std::bit_cast<std::uint32_t>(found[i]))
                        << format.name << " " << dimension << " " << i;
            }
        }
    }
}

}  // namespace
}  // namespace qr
