#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "host/encoding/half.h"

namespace qr {
namespace {

std::vector<std::uint16_t> narrowed(InstructionSet set, Dtype dtype, const std::vector<float>& in) {
    std::vector<std::uint16_t> out(in.size());
    narrow(set, dtype, in, std::as_writable_bytes(std::span(out)));
    return out;
}

std::vector<float> widened(Dtype dtype, const std::vector<std::uint16_t>& bits) {
    std::vector<float> out(bits.size());
    widen(dtype, std::as_bytes(std::span(bits)), out);
    return out;
}

std::uint16_t one(Dtype dtype, float value) {
    return narrowed(InstructionSet::scalar, dtype, {value})[0];
}

TEST(Narrow, GivesBackEveryNumberThatTheTypeHolds) {
    for (const Dtype dtype : {Dtype::float16, Dtype::bfloat16}) {
        std::vector<std::uint16_t> all;
        for (std::uint32_t bits = 0; bits < 65536; ++bits)
            all.push_back(static_cast<std::uint16_t>(bits));
        const std::vector<float> values = widened(dtype, all);
        const std::vector<std::uint16_t> back = narrowed(InstructionSet::scalar, dtype, values);
        for (std::uint32_t bits = 0; bits < 65536; ++bits) {
            if (std::isnan(values[bits])) {
                ASSERT_TRUE(std::isnan(widened(dtype, {back[bits]})[0])) << bits;
            } else {
                ASSERT_EQ(back[bits], bits) << info(dtype).name;
            }
        }
    }
}

TEST(Narrow, RoundsHalfwayToEven) {
    EXPECT_EQ(one(Dtype::float16, 1.0F + 0x1p-11F), 0x3C00);      // between 1 and the next
    EXPECT_EQ(one(Dtype::float16, 1.0F + 3 * 0x1p-11F), 0x3C02);  // the next is odd
    EXPECT_EQ(one(Dtype::float16, 1.0F + 0x1p-11F + 0x1p-23F), 0x3C01);
    EXPECT_EQ(one(Dtype::bfloat16, 1.0F + 0x1p-8F), 0x3F80);
    EXPECT_EQ(one(Dtype::bfloat16, 1.0F + 3 * 0x1p-8F), 0x3F82);
    EXPECT_EQ(one(Dtype::bfloat16, -(1.0F + 0x1p-8F + 0x1p-23F)), 0xBF81);
}

TEST(Narrow, TurnsWhatIsOutOfRangeIntoInfinity) {
    EXPECT_EQ(one(Dtype::float16, 65519.0F), 0x7BFF);
    EXPECT_EQ(one(Dtype::float16, 65520.0F), 0x7C00);
    EXPECT_EQ(one(Dtype::float16, -1e30F), 0xFC00);
    EXPECT_EQ(one(Dtype::bfloat16, std::numeric_limits<float>::max()), 0x7F80);
    EXPECT_EQ(one(Dtype::float16, std::numeric_limits<float>::infinity()), 0x7C00);
}

TEST(Narrow, KeepsSubnormalsAndSignsOfZero) {
    EXPECT_EQ(one(Dtype::float16, 0x1p-24F), 0x0001);
    EXPECT_EQ(one(Dtype::float16, 0x1p-25F), 0x0000);
    EXPECT_EQ(one(Dtype::float16, 0x1.8p-25F), 0x0001);
    EXPECT_EQ(one(Dtype::float16, -0.0F), 0x8000);
    EXPECT_EQ(one(Dtype::bfloat16, std::bit_cast<float>(0x00018000U)), 0x0002);
}

// No number of the type lies nearer; where two are as near it is the even one.
TEST(Narrow, FindsTheNearestOfRandomNumbers) {
    std::mt19937 random(7);
    std::vector<float> values;
    for (int i = 0; i < 200'000; ++i)
        values.push_back(std::ldexp(1.0F + 0x1p-23F * static_cast<float>(random() & 0x7FFFFF),
                                    static_cast<int>(random() % 44) - 28));
    for (const Dtype dtype : {Dtype::float16, Dtype::bfloat16}) {
        const std::vector<std::uint16_t> found = narrowed(InstructionSet::scalar, dtype, values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double exact = values[i];
            const double error = std::abs(widened(dtype, {found[i]})[0] - exact);
            for (const int step : {-1, 1}) {
                const auto other = static_cast<std::uint16_t>(found[i] + step);
                if ((found[i] == 0 && step < 0) || std::isinf(widened(dtype, {found[i]})[0]))
                    continue;
                const double distance = std::abs(widened(dtype, {other})[0] - exact);
                ASSERT_LE(error, distance) << values[i];
                if (error == distance) {
                    ASSERT_EQ(found[i] & 1, 0) << values[i];
                }
            }
        }
    }
}

TEST(Narrow, GivesTheSameBitsWithEveryInstructionSet) {
    std::mt19937 random(11);
    std::vector<float> values;
    for (int i = 0; i < 500'003; ++i)
        values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
    for (const Dtype dtype : {Dtype::float16, Dtype::bfloat16}) {
        const auto scalar = narrowed(InstructionSet::scalar, dtype, values);
        for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
            if (is_supported(set)) {
                EXPECT_EQ(narrowed(set, dtype, values), scalar);
            }
        }
    }
}

}  // namespace
}  // namespace qr
