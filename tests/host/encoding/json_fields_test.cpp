#include "host/encoding/json_fields.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace qr {
namespace {

class JsonFieldsTest : public testing::Test {
  protected:
    JsonFields root() { return {json_, "", fault_}; }

    nlohmann::json json_ = {{"name", "x"}, {"list", {1U, 2U}}, {"on", true}, {"none", nullptr}};
    JsonFault fault_{.file = "a.json", .first = {}};
};

TEST_F(JsonFieldsTest, GiveWhatIsThere) {
    EXPECT_EQ("x", root().at("name").text());
    EXPECT_TRUE(root().at("on").flag());
    std::uint64_t sum = 0;
    root().at("list").each([&sum](const JsonFields& one) { sum += one.number(0, 2); });
    EXPECT_EQ(3U, sum);
    EXPECT_FALSE(fault_.first.has_value());
}

TEST_F(JsonFieldsTest, TakeNullForAbsent) {
    EXPECT_FALSE(root().has("none"));
    EXPECT_FALSE(root().has("other"));
    EXPECT_TRUE(root().at("other").at("deeper").is_null());
}

TEST_F(JsonFieldsTest, TellTheFirstThingThatDoesNotFit) {
    EXPECT_EQ("", root().at("on").text());
    EXPECT_EQ(0U, root().at("name").number(0, 9));
    ASSERT_TRUE(fault_.first.has_value());
    EXPECT_EQ("a.json: /on: found true, allowed: a text", fault_.first->message);
    EXPECT_EQ("/on", fault_.first->pointer);
}

TEST_F(JsonFieldsTest, RefuseNumbersOutsideTheirLimits) {
    EXPECT_EQ(5U, root().at("list").at("0").number(5, 9));
    EXPECT_EQ("a whole number of 5 to 9", fault_.first->allowed);
}

TEST(ParseJson, RefusesWhatIsNone) {
    const auto parsed = parse_json("{\"a\":", "b.json");
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ("b.json: found 5 bytes that are no JSON, allowed: JSON in UTF-8",
              parsed.error().message);
}

}  // namespace
}  // namespace qr
