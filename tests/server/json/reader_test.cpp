#include "server/json/reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "padded_text.h"

namespace qr::json {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Path kWhole;

// Reads {"v": <json>} by `read`, which gets the reader and the value, then finishes.
template <typename Read>
auto read_value(const std::string& json, Read read) {
    const PaddedText text(R"({"v": )" + json + "}");
    Reader reader(text.view());
    auto root = reader.root();
    EXPECT_TRUE(root.ok()) << json;
    Value value;
    EXPECT_EQ((*root).find_field("v").get(value), simdjson::SUCCESS) << json;
    return read(reader, value, Path(kWhole, "v"));
}

std::string string_of(const std::string& json) {
    return read_value(json, [](Reader& reader, Value& value, const Path& path) -> std::string {
        const auto found = reader.string(value, path, "a string");
        return found ? std::string(*found) : found.error().message;
    });
}

std::string integer_of(const std::string& json) {
    return read_value(json, [](Reader& reader, Value& value, const Path& path) -> std::string {
        const auto found = reader.integer(value, path, {0, 999});
        return found ? std::to_string(*found) : found.error().message;
    });
}

std::string boolean_of(const std::string& json) {
    return read_value(json, [](Reader& reader, Value& value, const Path& path) -> std::string {
        const auto found = reader.boolean(value, path);
        return found ? (*found ? "yes" : "no") : found.error().message;
    });
}

struct Floats {
    std::vector<float> numbers;
    std::size_t count = 0;
    std::optional<Error> error;
};

Floats floats_of(const std::string& json, std::size_t room = 8) {
    return read_value(json, [room](Reader& reader, Value& value, const Path& path) -> Floats {
        auto array = reader.array(value, path, "an array of numbers");
        if (!array) return {{}, 0, array.error()};
        std::vector<float> out(room);
        const auto count = reader.floats(*array, path, out);
        if (!count) return {{}, 0, count.error()};
        out.resize(std::min(room, *count));
        return {out, *count, std::nullopt};
    });
}

// root() and, if that works, skip of every field and finish().
std::optional<Error> check(std::string_view json, char padding = '}') {
    const PaddedText text(json, padding);
    Reader reader(text.view());
    auto root = reader.root();
    if (!root) return root.error();
    for (auto entry : *root) {
        simdjson::ondemand::field field;
        if (const auto code = std::move(entry).get(field)) return reader.malformed(code);
        if (auto skipped = reader.skip(field.value(), kWhole); !skipped) return skipped.error();
    }
    const auto finished = reader.finish();
    return finished ? std::nullopt : std::optional(finished.error());
}

TEST(Reader, ReadsStrings) {
    EXPECT_EQ(string_of(R"("plain" )"), "plain");
    EXPECT_EQ(string_of(R"("")"), "");
    EXPECT_EQ(string_of(R"("a\/b\u20ac\ud83d\ude00\n")"), "a/b\u20ac\U0001F600\n");
    EXPECT_EQ(string_of(R"("closed\\")"), "closed\\");
}

TEST(Reader, SaysWhatItFoundInsteadOfAString) {
    EXPECT_EQ(string_of("12"), "/v: found a number, allowed: a string");
    EXPECT_EQ(string_of("[1]"), "/v: found an array, allowed: a string");
    EXPECT_EQ(string_of("{}"), "/v: found an object, allowed: a string");
    EXPECT_EQ(string_of("true"), "/v: found a boolean, allowed: a string");
    EXPECT_EQ(string_of("null"), "/v: found null, allowed: a string");
}

TEST(Reader, RefusesAWrongTypeThatIsNotEvenJsonAsMalformed) {
    EXPECT_THAT(string_of("nope"), HasSubstr("allowed: JSON"));
    EXPECT_THAT(integer_of("tru"), HasSubstr("allowed: JSON"));
    EXPECT_THAT(boolean_of("01"), HasSubstr("allowed: JSON"));
    EXPECT_THAT(string_of("@"), HasSubstr("allowed: JSON"));
}

TEST(Reader, ReadsIntegersWithinTheirRange) {
    EXPECT_EQ(integer_of("0"), "0");
    EXPECT_EQ(integer_of("999 "), "999");
    EXPECT_EQ(integer_of("1000"), "/v: found 1000, allowed: an integer 0..999");
    EXPECT_EQ(integer_of("-1"), "/v: found -1, allowed: an integer 0..999");
    EXPECT_EQ(integer_of("1.0"), "/v: found 1.0, allowed: an integer 0..999");
    EXPECT_EQ(integer_of("99999999999999999999"),
              "/v: found 99999999999999999999, allowed: an integer 0..999");
    EXPECT_EQ(integer_of(R"("5")"), "/v: found a string, allowed: an integer 0..999");
}

TEST(Reader, ReadsBooleans) {
    EXPECT_EQ(boolean_of("true"), "yes");
    EXPECT_EQ(boolean_of("false "), "no");
    EXPECT_EQ(boolean_of("0"), "/v: found a number, allowed: true or false");
}

TEST(Reader, KnowsNullFromEverythingElse) {
    const auto is_null = [](Reader&, Value& value, const Path&) { return Reader::is_null(value); };
    EXPECT_TRUE(read_value("null", is_null));
    EXPECT_TRUE(read_value("null ", is_null));
    EXPECT_FALSE(read_value("nulls", is_null));
    EXPECT_FALSE(read_value(R"("null")", is_null));
}

TEST(Reader, GivesTheDigitsOfAnIntegerOfAnySize) {
    const auto digits = [](Reader& reader, Value& value, const Path&) {
        return std::string(reader.integer_digits(value).value_or("none"));
    };
    EXPECT_EQ(read_value("-12", digits), "-12");
    EXPECT_EQ(read_value("123456789012345678901234567890", digits),
              "123456789012345678901234567890");
    EXPECT_EQ(read_value("1.5", digits), "none");
    EXPECT_EQ(read_value("1e5", digits), "none");
    EXPECT_EQ(read_value(R"("1")", digits), "none");
}

TEST(Reader, ReadsFloatsIntoPlace) {
    EXPECT_THAT(floats_of("[1, -0.5 ,2.5e-1\n,123456789, 1e-45]").numbers,
                ElementsAre(1, -0.5F, 0.25F, 123456789.0F, 1.40129846e-45F));
    EXPECT_EQ(floats_of("[]").count, 0U);
}

TEST(Reader, CountsTheNumbersThatFindNoRoom) {
    const Floats floats = floats_of("[1, 2, 3, 4, 5]", 2);
    EXPECT_THAT(floats.numbers, ElementsAre(1, 2));
    EXPECT_EQ(floats.count, 5U);
}

TEST(Reader, PointsAtTheElementThatIsNoNumber) {
    for (const auto& [json, found] :
         {std::pair("[1, 2, 3, \"4\"]", "a string"), std::pair("[1, 2, 3, null]", "null"),
          std::pair("[1, 2, 3, true]", "a boolean"), std::pair("[1, 2, 3, [4]]", "an array"),
          std::pair("[1, 2, 3, {}]", "an object")}) {
        const Floats floats = floats_of(json);
        ASSERT_TRUE(floats.error) << json;
        EXPECT_EQ(floats.error->code, Code::invalid);
        EXPECT_EQ(floats.error->message,
                  std::string("/v/3: found ") + found + ", allowed: a number");
    }
}

TEST(Reader, RefusesANumberBeyondFloat32) {
    for (const char* number : {"1e39", "-3.5e38", "1e400", "3.4028236e38"}) {
        const Floats floats = floats_of(std::string("[0, ") + number + "]");
        ASSERT_TRUE(floats.error) << number;
        EXPECT_EQ(floats.error->code, Code::invalid);
        EXPECT_EQ(floats.error->pointer, "/v/1");
        EXPECT_EQ(floats.error->found, number);
    }
    EXPECT_EQ(floats_of("[3.4028235e38]").numbers.at(0), 3.4028235e38F);
}

TEST(Reader, RefusesNumbersThatJsonDoesNotKnow) {
    for (const char* wrong : {"[01]", "[1.]", "[.5]", "[+1]", "[NaN]", "[Infinity]", "[-]", "[1e]",
                              "[0x10]", "[1 2]", "[1,]", "[,1]", "[1,,2]", "[1\"a\"]"}) {
        const Floats floats = floats_of(wrong);
        ASSERT_TRUE(floats.error) << wrong;
        EXPECT_EQ(floats.error->code, Code::malformed) << wrong << ' ' << floats.error->message;
    }
}

TEST(Reader, TakesAnObjectAlone) {
    EXPECT_FALSE(check(R"({"a": [1, {"b": "c"}], "d": -1.5e3, "e": true, "f": null} )"));
    const auto error = check("[1]");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->message, "body: found an array, allowed: an object");
    EXPECT_EQ(check("12")->message, "body: found a number, allowed: an object");
}

TEST(Reader, TellsAtWhichByteTheJsonEnds) {
    EXPECT_EQ(check(R"({"a": 01})")->message,
              "body: found a number that is not written as JSON writes it at byte 6, allowed: "
              "JSON");
    EXPECT_EQ(check(R"({"a": 1}})", ' ')->message,
              "body: found more behind the end of the document at byte 8, allowed: JSON");
}

TEST(Reader, RefusesMalformedDocuments) {
    for (const std::string_view wrong :
         {std::string_view(""), std::string_view("  \n"), std::string_view("{"),
          std::string_view("{\"a\":1"), std::string_view("{\"a\":1} x"),
          std::string_view("{\"a\":1}{}"), std::string_view("{\"a\":\"x"),
          std::string_view("{\"a\":\"\xFF\"}"), std::string_view("{\"a\":\"\x01\"}"),
          std::string_view("{\"a\":[1}"), std::string_view("{\"a\":[{}"),
          std::string_view("{\"a\":{\"b\":{}"), std::string_view("{\"a\":[[{}"),
          std::string_view("\xEF\xBB\xBF{}"), std::string_view("{\"a\"}"),
          std::string_view("{\"a\":1}\0", 8)}) {
        for (const char padding : {'}', ']', ',', '"', '\0', '1'}) {
            const auto error = check(wrong, padding);
            ASSERT_TRUE(error) << wrong << " before " << padding;
            EXPECT_EQ(error->code, Code::malformed) << wrong;
        }
    }
}

TEST(Reader, RefusesAColonBehindAStringThatIsNoKey) {
    for (const char* wrong : {R"({"a": ["b": 1]})", R"({"a": "b": 1})", R"({"a": ["b", "c": [1]})",
                              R"({"a": ["b": [1], "c": {}]})"}) {
        const auto error = check(wrong);
        ASSERT_TRUE(error) << wrong;
        EXPECT_EQ(error->code, Code::malformed) << wrong;
    }
}

TEST(Reader, TellsWhereUtf8Ends) {
    EXPECT_EQ(check("{\"a\":\"\xFF\"}")->message,
              "body: found a byte that is not UTF-8 at byte 6, allowed: JSON");
}

TEST(Reader, BoundsTheDepthOfWhatItSkips) {
    const auto nested = [](std::size_t depth) {
        return R"({"a": )" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_FALSE(check(nested(64)));
    const auto error = check(nested(65));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, Code::invalid);
    EXPECT_THAT(error->message, HasSubstr("allowed: 64 levels"));
    EXPECT_TRUE(check(R"({"a": )" + std::string(1'000'000, '[') + "}"));
}

TEST(Reader, WorksOnAfterAnUnusuallyLargeDocument) {
    const std::string large(Reader::kKeptTextBytes + 1, ' ');
    EXPECT_FALSE(check("{" + large + "}"));
    EXPECT_FALSE(check("{}"));
    EXPECT_EQ(string_of(R"("still")"), "still");
}

std::size_t first_mark(const std::string& json) {
    constexpr std::array<std::string_view, 2> kMarks = {"texts", "documents"};
    const PaddedText text(json);
    Reader reader(text.view());
    const std::size_t found = reader.first_of(kMarks);
    auto root = reader.root();
    if (root.ok()) {
        for (auto field : *root)
            static_cast<void>(field);
    }
    return found;
}

TEST(Reader, TellsWhichFieldComesFirstAndForgetsIt) {
    EXPECT_EQ(first_mark(R"({"query": [1, {"texts": 2}], "documents": 1, "texts": 2})"), 1u);
    EXPECT_EQ(first_mark(R"({"texts": null, "documents": 1})"), 1u);
    EXPECT_EQ(first_mark(R"({"query": 1})"), 2u);
    EXPECT_EQ(first_mark(R"({"query": 1)"), 2u);
    EXPECT_EQ(first_mark("[1]"), 2u);
    EXPECT_EQ(first_mark(""), 2u);
}

TEST(Reader, ReportsWhatIsBrokenAfterLookingAhead) {
    const PaddedText text(R"({"query": 1 "documents": 2})");
    Reader reader(text.view());
    constexpr std::array<std::string_view, 1> kMarks = {"documents"};
    EXPECT_EQ(reader.first_of(kMarks), 1u);
    EXPECT_TRUE(reader.root().ok());
}

}  // namespace
}  // namespace qr::json
