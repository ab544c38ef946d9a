#include <gtest/gtest.h>

#include <string>

#include "padded_text.h"
#include "server/json/reader.h"

namespace qr::json {
namespace {

// The number of {"v": <json>}, or what refuses it.
std::string number_of(const std::string& json) {
    const PaddedText text(R"({"v": )" + json + "}");
    Reader reader(text.view());
    auto root = reader.root();
    EXPECT_TRUE(root.ok()) << json;
    Value value;
    EXPECT_EQ((*root).find_field("v").get(value), simdjson::SUCCESS) << json;
    const Path whole;
    const auto found = reader.number(value, Path(whole, "v"), "a number");
    return found ? std::to_string(*found) : found.error().message;
}

TEST(ReaderNumbers, AreReadAsDoubles) {
    EXPECT_EQ(number_of("2"), "2.000000");
    EXPECT_EQ(number_of("-1.5e3"), "-1500.000000");
    EXPECT_EQ(number_of("16777217"), "16777217.000000");  // float32 has no such number
}

TEST(ReaderNumbers, AreFinite) {
    EXPECT_EQ(number_of("1e999"), "/v: found 1e999, allowed: a number");
}

TEST(ReaderNumbers, AreNeitherTextNorHalfWritten) {
    EXPECT_EQ(number_of("\"2\""), "/v: found a string, allowed: a number");
    EXPECT_EQ(number_of("true"), "/v: found a boolean, allowed: a number");
    EXPECT_EQ(number_of("01").substr(0, 11), "body: found");
}

}  // namespace
}  // namespace qr::json
