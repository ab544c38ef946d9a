#include "host/encoding/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace qr {
namespace {

std::vector<std::byte> all_16_bit_patterns() {
    std::vector<std::byte> bytes;
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        bytes.push_back(static_cast<std::byte>(bits & 0xFF));
        bytes.push_back(static_cast<std::byte>(bits >> 8));
    }
    return bytes;
}

std::vector<float> widen_all(InstructionSet set, Dtype dtype) {
    std::vector<float> out(65536);
    widen(set, dtype, all_16_bit_patterns(), out);
    return out;
}

// From the definition of binary16, by way of ldexp.
float float16_by_definition(std::uint32_t bits) {
    const int exponent = static_cast<int>((bits >> 10) & 31);
    const int fraction = static_cast<int>(bits & 1023);
    double magnitude = 0;
    if (exponent == 31) {
        magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                                  : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        magnitude = std::ldexp(fraction, -24);
    } else {
        magnitude = std::ldexp(1024 + fraction, exponent - 25);
    }
    return static_cast<float>((bits & 0x8000) != 0 ? -magnitude : magnitude);
}

TEST(Half, WidensEveryFloat16AsItsDefinitionSays) {
    const std::vector<float> widened = widen_all(InstructionSet::scalar, Dtype::float16);
    for (std::uint32_t bits = 0; bits < 65536; ++bits) {
        const float expected = float16_by_definition(bits);
        if (std::isnan(expected)) {
            ASSERT_TRUE(std::isnan(widened[bits])) << bits;
        } else {
            ASSERT_EQ(std::bit_cast<std::uint32_t>(widened[bits]),
                      std::bit_cast<std::uint32_t>(expected))
                << bits;
        }
    }
}

TEST(Half, GivesTheSameBitsWithEveryInstructionSet) {
    for (const Dtype dtype : {Dtype::float16, Dtype::bfloat16}) {
        const std::vector<float> scalar = widen_all(InstructionSet::scalar, dtype);
        for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
            if (!is_supported(set)) continue;
            const std::vector<float> found = widen_all(set, dtype);
            EXPECT_EQ(std::memcmp(found.data(), scalar.data(), scalar.size() * sizeof(float)), 0)
                << info(dtype).name << ' ' << to_string(set);
        }
    }
}

TEST(Half, WidensBfloat16AsTheUpperHalfOfAFloat32) {
    const std::vector<float> widened = widen_all(InstructionSet::scalar, Dtype::bfloat16);
    EXPECT_EQ(widened[0x3F80], 1.0F);
    EXPECT_EQ(widened[0xC000], -2.0F);
    EXPECT_EQ(widened[0x0001], std::bit_cast<float>(0x00010000U));
    EXPECT_TRUE(std::isinf(widened[0xFF80]));
    EXPECT_TRUE(std::isnan(widened[0x7F81]));
}

TEST(Half, WidensInt8WithoutAScale) {
    const std::byte bytes[] = {std::byte{0}, std::byte{127}, std::byte{128}, std::byte{255}};
    std::vector<float> out(4);
    widen(Dtype::int8, bytes, out);
    EXPECT_EQ(out, (std::vector<float>{0, 127, -128, -1}));
}

TEST(Half, ReadsAnyAlignmentAndTail) {
    for (std::size_t count = 0; count < 40; ++count) {
        std::vector<std::byte> bytes(1 + 2 * count);
        for (std::size_t i = 0; i < count; ++i) {
            bytes[1 + 2 * i] = std::byte{0};
            bytes[2 + 2 * i] = std::byte{0x3C};
        }
        std::vector<float> out(count);
        widen(Dtype::float16, std::span(bytes).subspan(1), out);
        EXPECT_EQ(out, std::vector<float>(count, 1.0F));
    }
}

TEST(Half, CopiesFloat32BitForBit) {
    const std::uint32_t signalling = 0x7F800001;
    std::vector<std::byte> bytes(4);
    std::memcpy(bytes.data(), &signalling, 4);
    std::vector<float> out(1);
    widen(Dtype::float32, bytes, out);
    EXPECT_EQ(std::memcmp(out.data(), &signalling, 4), 0);
}

TEST(Dtype, IsFoundByTheNameRequestsUse) {
    EXPECT_EQ(find_dtype("float32"), Dtype::float32);
    EXPECT_EQ(find_dtype("bfloat16"), Dtype::bfloat16);
    EXPECT_EQ(find_dtype("fp16"), std::nullopt);
    for (const DtypeInfo& entry : kDtypes)
        EXPECT_EQ(&info(entry.dtype), &entry);
}

}  // namespace
}  // namespace qr
