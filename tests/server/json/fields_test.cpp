#include "server/json/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "padded_text.h"

namespace qr::json {
namespace {

using testing::ElementsAre;

constexpr std::array<std::string_view, 3> kKnown = {"query", "top_n", "model"};

struct Outcome {
    std::vector<std::size_t> indexes;
    std::vector<std::string> warnings;
    std::optional<Error> error;
};

Outcome walk(std::string_view json) {
    const PaddedText text(json);
    Reader reader(text.view());
    Warnings warnings(8);
    Outcome outcome;
    const auto root = reader.root();
    if (!root) return {{}, {}, root.error()};
    const Path whole;
    Fields fields(reader, *root, whole, kKnown, warnings);
    while (true) {
        const auto more = fields.next();
        if (!more) outcome.error = more.error();
        if (!more || !*more) break;
        outcome.indexes.push_back(fields.index());
    }
    outcome.warnings = std::move(warnings).take();
    return outcome;
}

TEST(Fields, GivesKnownFieldsInTheOrderTheyCome) {
    EXPECT_THAT(walk(R"({"model": "m", "query": [1, 2], "top_n": 3})").indexes,
                ElementsAre(2, 0, 1));
}

TEST(Fields, EndsAtOnceInAnEmptyObject) {
    const Outcome outcome = walk("{}");
    EXPECT_TRUE(outcome.indexes.empty());
    EXPECT_FALSE(outcome.error);
}

TEST(Fields, TakesNullForAbsent) {
    EXPECT_THAT(walk(R"({"model": null, "top_n": 3})").indexes, ElementsAre(1));
}

TEST(Fields, AreGivenUntilOneIsRefused) {
    const PaddedText text(R"({"model": 1, "top_n": 2, "query": 3})");
    Reader reader(text.view());
    Warnings warnings(8);
    const auto root = reader.root();
    ASSERT_TRUE(root.ok());
    const Path whole;
    Fields fields(reader, *root, whole, kKnown, warnings);
    std::vector<std::string> given;
    const auto read = fields.each([&](std::size_t index, Value&, const Path& path) {
        given.push_back(path.pointer());
        return index == 1 ? Result<void>(Error{.code = Code::conflict}) : Result<void>();
    });
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, Code::conflict);
    EXPECT_THAT(given, ElementsAre("/model", "/top_n"));
}

TEST(Fields, ReadsAnEscapedName) {
    EXPECT_THAT(walk(R"({"t\u006Fp_n": 3})").indexes, ElementsAre(1));
}

TEST(Fields, NamesUnknownFieldsAndSkipsThem) {
    const Outcome outcome = walk(R"({"extra": {"query": [[1], {}]}, "top_n": 3, "more": "x"})");
    EXPECT_THAT(outcome.indexes, ElementsAre(1));
    EXPECT_THAT(outcome.warnings,
                ElementsAre("/extra: unknown field, ignored", "/more: unknown field, ignored"));
}

TEST(Fields, RefusesAKnownFieldThatComesTwice) {
    const Outcome outcome = walk(R"({"top_n": 3, "top_n": 4})");
    ASSERT_TRUE(outcome.error);
    EXPECT_EQ(outcome.error->code, Code::invalid);
    EXPECT_EQ(outcome.error->pointer, "/top_n");
    EXPECT_EQ(outcome.error->message, "/top_n: found the field a second time, allowed: once");
}

TEST(Fields, RefusesATwinThatIsNull) {
    EXPECT_TRUE(walk(R"({"top_n": null, "top_n": 4})").error);
}

TEST(Fields, RefusesWhatIsNotJsonEvenInUnknownFields) {
    for (const char* wrong :
         {R"({"extra": tru})", R"({"extra": 01})", R"({"extra": [1 2]})", R"({"extra": {"a" 1}})",
          R"({"extra": {1: 2}})", R"({"extra": })", R"({"extra": "\q"})", R"({"extra": [1,]})",
          R"({"extra": nul})", R"({"a": 1,})", R"({"a" 1})", R"({a: 1})", R"({"extra": {"a":}})",
          R"({"\ud800": 1})", R"({"extra": 1"x"})"}) {
        const Outcome outcome = walk(wrong);
        ASSERT_TRUE(outcome.error) << wrong;
        EXPECT_EQ(outcome.error->code, Code::malformed) << wrong;
    }
}

TEST(Fields, RefuseAnUnknownNameWhereIgnoringItWouldChangeTheMeaning) {
    const PaddedText text(R"({"top_n": 1, "tpo_n": 2})");
    Reader reader(text.view());
    Warnings warnings(8);
    const auto root = reader.root();
    const Path whole;
    Fields fields(reader, *root, whole, kKnown, warnings, UnknownFields::refused);
    const auto read = fields.each([](std::size_t, Value&, const Path&) { return Result<void>(); });
    EXPECT_EQ(read.error().message,
              "/tpo_n: found a field that is not known here, allowed: query, top_n, model");
}

}  // namespace
}  // namespace qr::json
