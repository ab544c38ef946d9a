#include "server/json/writer.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <random>
#include <string>

namespace qr::json {
namespace {

std::string written(std::string_view text) {
    Writer out;
    out.string(text);
    return std::move(out).take();
}

std::string written(double number) {
    Writer out;
    out.number(number);
    return std::move(out).take();
}

TEST(Writer, PutsCommasWhereTheyBelong) {
    Writer out;
    out.begin_object();
    out.key("a");
    out.begin_array();
    out.integer(1);
    out.integer(-2);
    out.begin_object();
    out.end_object();
    out.begin_array();
    out.end_array();
    out.end_array();
    out.field("b", "c");
    out.key("d");
    out.boolean(false);
    out.end_object();
    EXPECT_EQ(std::move(out).take(), R"({"a":[1,-2,{},[]],"b":"c","d":false})");
}

TEST(Writer, EscapesWhatJsonReserves) {
    EXPECT_EQ(written("a\"b\\c\n\r\t\b\x01\x1f/"), R"("a\"b\\c\n\r\t\u0008\u0001\u001f/")");
    EXPECT_EQ(written(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(Writer, KeepsUtf8AsItIs) {
    EXPECT_EQ(written("\u00e9\u20ac\U0001F600"), "\"\u00e9\u20ac\U0001F600\"");
}

TEST(Writer, NeverWritesWhatIsNotUtf8) {
    EXPECT_EQ(written("a\xFFz"), "\"a\uFFFDz\"");
    EXPECT_EQ(written("\xE2\x82"), "\"\uFFFD\uFFFD\"");
    EXPECT_EQ(written("\xED\xA0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");
}

TEST(Writer, WritesTheShortestNumberThatReadsBackTheSame) {
    EXPECT_EQ(written(0.1), "0.1");
    EXPECT_EQ(written(1.0), "1");
    EXPECT_EQ(written(-0.0), "-0");
    EXPECT_EQ(written(1e300), "1e+300");
    EXPECT_EQ(written(0.9999999999999999), "0.9999999999999999");
}

TEST(Writer, GivesBackEveryDoubleBitForBit) {
    std::mt19937_64 random(20260104);
    for (int round = 0; round < 20000; ++round) {
        const auto number = std::bit_cast<double>(random());
        if (!std::isfinite(number)) continue;
        const std::string text = written(number);
        ASSERT_EQ(std::strtod(text.c_str(), nullptr), number) << "seed 20260104: " << text;
    }
}

TEST(Writer, WritesStringsThatAnotherParserReadsBack) {
    std::mt19937 random(20260105);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (std::size_t size = random() % 40; size > 0; --size)
            text += static_cast<char>(random() % 128);
        ASSERT_EQ(nlohmann::json::parse(written(text)).get<std::string>(), text)
            << "seed 20260105, round " << round;
    }
}

}  // namespace
}  // namespace qr::json
