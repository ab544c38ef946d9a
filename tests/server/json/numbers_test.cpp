#include "server/json/numbers.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "padded_text.h"

namespace qr::json {
namespace {

QuickFloat quick(const std::string& number) {
    const PaddedText text(number + ",");
    return quick_float(text.view().data());
}

// What a number means here: the nearest double, rounded to float32.
float meaning_of(const std::string& number) {
    return static_cast<float>(std::strtod(number.c_str(), nullptr));
}

void expect_right_if_known(const std::string& number) {
    const QuickFloat found = quick(number);
    if (!found.is_known) return;
    ASSERT_EQ(std::bit_cast<std::uint32_t>(found.value),
              std::bit_cast<std::uint32_t>(meaning_of(number)))
        << number;
}

template <typename... Arguments>
std::string print(const char* format, Arguments... arguments) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, arguments...);
    return text.data();
}

TEST(IsNumber, TakesTheGrammarOfJson) {
    for (const std::string_view right : {"0", "-0", "1", "10", "-1.5", "0.0", "1e5", "1E+05",
                                         "1.25e-300", "123456789012345678901"})
        EXPECT_TRUE(is_number(right)) << right;
    for (const std::string_view wrong :
         {"", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1.e5", "0x1", "1 ", " 1", "NaN",
          "Infinity", "1a", "--1", "1.5.5", "1e5e5"})
        EXPECT_FALSE(is_number(wrong)) << wrong;
}

TEST(QuickFloat, KnowsTheCommonForms) {
    EXPECT_EQ(quick("0").value, 0.0F);
    EXPECT_EQ(quick("-1").value, -1.0F);
    EXPECT_EQ(quick("0.5").value, 0.5F);
    EXPECT_EQ(quick("-0.0123456789").value, -0.0123456789F);
    EXPECT_EQ(quick("1.5e-3").value, 0.0015F);
    EXPECT_EQ(quick("25E+2").value, 2500.0F);
    EXPECT_EQ(quick("12345678").value, 12345678.0F);
    EXPECT_EQ(quick("0.12345678901234567").value, 0.12345678901234567F);
    for (const char* number :
         {"0", "-1", "0.5", "-0.0123456789", "1.5e-3", "25E+2", "12345678", "0.12345678901234567"})
        EXPECT_TRUE(quick(number).is_known) << number;
}

TEST(QuickFloat, KeepsTheSignOfZero) {
    EXPECT_TRUE(quick("-0.0").is_known);
    EXPECT_TRUE(std::signbit(quick("-0.0").value));
}

TEST(QuickFloat, LeavesWhatIsNotJson) {
    for (const char* wrong : {"", "-", "01", "-00.5", "1.", ".5", "1e", "1e+", "+1", "0x1", "1a",
                              "1\"", "1[", "1:", "nan", "1.5.5"})
        EXPECT_FALSE(quick(wrong).is_known) << wrong;
}

TEST(QuickFloat, LeavesWhatItCannotProve) {
    EXPECT_FALSE(quick("1e23").is_known);
    EXPECT_FALSE(quick("1e-40").is_known);
    EXPECT_FALSE(quick("0.12345678901234567890").is_known);
    EXPECT_FALSE(quick("123456789").is_known);
}

TEST(QuickFloat, EndsAtEveryByteThatMayFollowANumber) {
    for (const char end : {',', ']', '}', ' ', '\n', '\r', '\t'}) {
        const PaddedText text(std::string("0.25") + end);
        EXPECT_TRUE(quick_float(text.view().data()).is_known) << int{end};
    }
}

// Halfway between two float32, and as near to it as decimal digits get: where rounding twice, or
// rounding the wrong way, shows.
TEST(QuickFloat, IsRightBesideTheMiddleOfTwoFloats) {
    std::mt19937 random(20260106);
    for (int round = 0; round < 20000; ++round) {
        const auto bits = static_cast<std::uint32_t>(0x30000000U + random() % 0x1F000000U);
        const double low = std::bit_cast<float>(bits);
        const double high = std::bit_cast<float>(bits + 1);
        for (int digits = 8; digits <= 17; ++digits) {
            SCOPED_TRACE("seed 20260106");
            expect_right_if_known(print("%.*g", digits, (low + high) / 2));
            expect_right_if_known(print("%.*f", digits, (low + high) / 2));
        }
        if (testing::Test::HasFatalFailure()) return;
    }
}

TEST(QuickFloat, IsRightOnRandomNumbers) {
    std::mt19937_64 random(20260107);
    std::normal_distribution<double> normal(0, 0.05);
    int known = 0;
    constexpr int kRounds = 50000;
    for (int round = 0; round < kRounds; ++round) {
        SCOPED_TRACE("seed 20260107");
        const std::string nine = print("%.9g", normal(random));
        const std::string seventeen = print("%.17g", normal(random));
        known += quick(nine).is_known && quick(seventeen).is_known ? 1 : 0;
        expect_right_if_known(nine);
        expect_right_if_known(seventeen);
        const int places = static_cast<int>(random() % 20);
        expect_right_if_known(print("%.*f", places, normal(random) * 1e6));
        expect_right_if_known(print("%llue%d", static_cast<unsigned long long>(random() >> 40),
                                    static_cast<int>(random() % 60) - 30));
        if (testing::Test::HasFatalFailure()) return;
    }
    EXPECT_GT(known, kRounds * 97 / 100);  // else the quick way is not worth its lines
}

// What quick_floats() reads of an array that begins with these numbers.
std::vector<float> run_of(const std::string& numbers, std::size_t room = 64) {
    const PaddedText text(numbers);
    std::vector<float> out(room);
    out.resize(quick_floats(text.view().data(), out).count);
    return out;
}

std::vector<float> meanings_of(const std::vector<std::string>& numbers) {
    std::vector<float> meanings;
    for (const std::string& number : numbers)
        meanings.push_back(meaning_of(number));
    return meanings;
}

std::string join(const std::vector<std::string>& numbers, std::string_view separator) {
    std::string text;
    for (const std::string& number : numbers)
        text += (text.empty() ? "" : std::string(separator)) + number;
    return text;
}

TEST(QuickFloats, ReadsEveryCountOfDigitsOnBothSidesOfThePoint) {
    const std::string digits = "123456789012345678";
    for (std::size_t whole = 1; whole <= 8; ++whole) {
        for (std::size_t fraction = 1; whole + fraction <= 18; ++fraction) {
            for (const char* sign : {"", "-"}) {
                const std::string number =
                    sign + digits.substr(0, whole) + "." + digits.substr(whole, fraction);
                const auto found = run_of(number + "]");
                ASSERT_EQ(1U, found.size()) << number;
                EXPECT_EQ(meaning_of(number), found[0]) << number;
            }
        }
    }
}

TEST(QuickFloats, ReadsEighteenDigitsBehindZeros) {
    const std::string digits = "123456789012345678";
    for (std::size_t zeros = 0; zeros <= 6; ++zeros) {
        for (std::size_t count = 1; count <= 18; ++count) {
            const std::string number = "-0." + std::string(zeros, '0') + digits.substr(0, count);
            const auto found = run_of(number + "]");
            ASSERT_EQ(zeros + count <= 22 ? 1U : 0U, found.size()) << number;
            if (found.empty()) continue;
            EXPECT_EQ(meaning_of(number), found[0]) << number;
        }
    }
}

TEST(QuickFloats, GoesOnOverACommaWithALittleWhiteSpace) {
    EXPECT_EQ((std::vector<float>{0.5F, -1.25F, 2.0F}), run_of("0.5,-1.25, 2.0]"));
    EXPECT_EQ((std::vector<float>{0.5F, 1.25F, 2.5F}), run_of("0.5,\n        1.25,\t\r\n2.5\n]"));
    EXPECT_EQ((std::vector<float>{0.5F}), run_of("0.5 ,1.25]"));
    EXPECT_EQ((std::vector<float>{0.5F}), run_of("0.5}"));
    EXPECT_EQ((std::vector<float>{0.5F}), run_of("0.5," + std::string(40, ' ') + "1.5]"));
}

TEST(QuickFloats, GoesOnOverNumbersOfOtherForms) {
    EXPECT_EQ((std::vector<float>{0.5F, 1.0F, 1e-5F, -0.0F, 1.5e3F, 2.5F}),
              run_of("0.5,1,1e-5,-0,1.5E+3,2.5]"));
}

TEST(QuickFloats, StopsBeforeWhatQuickFloatDoesNotKnow) {
    for (const char* other :
         {"", "-", ".5", "1.", "01.5", "-00.5", "+1.5", "1.5a", "1.5.5", "null", "\"1.5\"", "[1.5]",
          "123456789.5", "1e23", "0.9234567890123456789", "1.5\"", "--1.5", "nan"}) {
        const auto found = run_of("0.25," + std::string(other) + "]");
        EXPECT_EQ((std::vector<float>{0.25F}), found) << other;
    }
}

TEST(QuickFloats, ReadsNoMoreThanThereIsRoomFor) {
    EXPECT_EQ((std::vector<float>{0.5F, 1.5F}), run_of("0.5,1.5,2.5]", 2));
    EXPECT_TRUE(run_of("0.5,1.5]", 0).empty());
}

TEST(QuickFloats, SaysWhetherTheArrayEndsBehindThem) {
    std::vector<float> out(2);
    const auto ends_array = [&](const char* numbers) {
        const PaddedText text(numbers);
        return quick_floats(text.view().data(), out).ends_array;
    };
    EXPECT_TRUE(ends_array("0.5]"));
    EXPECT_TRUE(ends_array("0.5, 1.5],0.5"));
    EXPECT_FALSE(ends_array("0.5 ]"));
    EXPECT_FALSE(ends_array("0.5}"));
    EXPECT_FALSE(ends_array("0.5,]"));
    EXPECT_TRUE(ends_array("0.5,1]"));
    EXPECT_FALSE(ends_array("0.5,1.5,2.5]"));
}

TEST(QuickFloats, KeepsTheSignOfZero) {
    const auto found = run_of("-0.0,0.0]");
    ASSERT_EQ(2U, found.size());
    EXPECT_TRUE(std::signbit(found[0]));
    EXPECT_FALSE(std::signbit(found[1]));
}

TEST(QuickFloats, ReadsRandomArraysToTheBit) {
    std::mt19937_64 random(20261128);
    std::uniform_real_distribution<double> uniform(-0.09, 0.09);
    for (const char* format :
         {"%.1f", "%.6f", "%.9f", "%.14f", "%.15f", "%.16f", "%.17f", "%.19f"}) {
        std::vector<std::string> numbers;
        for (int i = 0; i < 20000; ++i)
            numbers.push_back(print(format, uniform(random)));
        for (const char* separator : {",", ", "}) {
            const auto found = run_of(join(numbers, separator) + "]", numbers.size());
            std::vector<float> expected = meanings_of(numbers);
            // A number it cannot prove ends a run; what stands before it must be right.
            expected.resize(found.size());
            EXPECT_EQ(expected, found) << format << ", seed 20261128";
            EXPECT_GT(found.size(), 500U) << format;
        }
    }
}

TEST(QuickFloats, IsRightBesideTheMiddleOfTwoFloats) {
    std::mt19937 random(20261129);
    for (int round = 0; round < 20000; ++round) {
        const auto bits = static_cast<std::uint32_t>(0x38000000U + random() % 0x0A000000U);
        const double low = std::bit_cast<float>(bits);
        const double high = std::bit_cast<float>(bits + 1);
        for (int places = 7; places <= 17; ++places) {
            const std::string number = print("%.*f", places, (low + high) / 2);
            const auto found = run_of(number + "]");
            if (found.empty()) continue;
            ASSERT_EQ(meaning_of(number), found[0]) << number;
        }
    }
}

}  // namespace
}  // namespace qr::json
