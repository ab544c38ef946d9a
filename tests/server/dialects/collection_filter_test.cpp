#include "server/dialects/collection_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "payloads.h"
#include "server/dialects/embedding.h"

namespace qr::collections {
namespace {

using testing::ElementsAre;

Result<Filter> filter_of(std::string_view json) {
    const native::Payload payload = native::payload_of(R"({"filter": )" + std::string(json) + "}");
    json::Reader reader(dialects::json_of(payload));
    auto root = reader.root();
    json::Value value;
    EXPECT_EQ((*root).find_field("filter").get(value), simdjson::SUCCESS);
    const json::Path whole;
    return read_filter(reader, value, json::Path(whole, "filter"));
}

std::string refusal_of(std::string_view json) {
    const auto filter = filter_of(json);
    return filter ? "accepted" : filter.error().message;
}

TEST(CollectionFilter, KnowsTagsOfEachKindAndRangesOfNumbers) {
    const auto filter = filter_of(R"({"tags": {"all": ["a", "b", "a"], "none": ["c"]},
                                      "numbers": {"year": {"gte": 2000, "lt": 2010},
                                                  "score": {"gt": 0.5}}})");
    ASSERT_TRUE(filter.ok());
    EXPECT_THAT(filter->all_tags, ElementsAre("a", "b"));
    EXPECT_THAT(filter->no_tags, ElementsAre("c"));
    const NumberRange year = filter->numbers.at("year");
    EXPECT_EQ(year.lowest, 2000);
    EXPECT_FALSE(year.is_lowest_exclusive);
    EXPECT_EQ(year.highest, 2010);
    EXPECT_TRUE(year.is_highest_exclusive);
    EXPECT_TRUE(filter->numbers.at("score").is_lowest_exclusive);
    EXPECT_FALSE(filter->numbers.at("score").highest);
}

TEST(CollectionFilter, MayBeEmpty) {
    EXPECT_TRUE(filter_of("{}")->is_empty());
    EXPECT_TRUE(filter_of(R"({"tags": {"all": []}})")->is_empty());
}

TEST(CollectionFilter, RefusesEveryWordThatItDoesNotKnow) {
    EXPECT_EQ(refusal_of(R"({"tag": {}})"),
              "/filter/tag: found a field that is not known here, allowed: tags, numbers");
    EXPECT_EQ(refusal_of(R"({"tags": {"and": ["a"]}})"),
              "/filter/tags/and: found a field that is not known here, allowed: all, any, none");
    EXPECT_EQ(refusal_of(R"({"numbers": {"n": {"min": 1}}})"),
              "/filter/numbers/n/min: found a field that is not known here, allowed: gte, gt, lte, "
              "lt");
}

TEST(CollectionFilter, RefusesConditionsThatSayNothing) {
    EXPECT_EQ(refusal_of(R"({"tags": {"any": []}})"),
              "/filter/tags/any: found no tags, allowed: at least one: nothing has one of none");
    EXPECT_EQ(refusal_of(R"({"numbers": {"n": {}}})"),
              "/filter/numbers/n: found no bound, allowed: gte, gt, lte or lt");
}

TEST(CollectionFilter, RefusesTwoBoundsOnOneSideAndANameTwice) {
    EXPECT_EQ(refusal_of(R"({"numbers": {"n": {"lt": 1, "lte": 2}}})"),
              "/filter/numbers/n/lte: found a second bound on this side, allowed: lte or lt");
    EXPECT_EQ(refusal_of(R"({"numbers": {"n": {"lt": 1}, "n": {"gt": 0}}})"),
              "/filter/numbers/n: found the name a second time, allowed: once");
}

TEST(CollectionFilter, RefusesWhatIsNoTagOrNumber) {
    EXPECT_EQ(refusal_of(R"({"tags": {"all": [1]}})"),
              "/filter/tags/all/0: found a number, allowed: a string");
    EXPECT_EQ(refusal_of(R"({"tags": {"all": [""]}})"),
              "/filter/tags/all/0: found 0 bytes, allowed: 1..256 bytes");
    EXPECT_EQ(refusal_of(R"({"numbers": {"n": {"lt": "9"}}})"),
              "/filter/numbers/n/lt: found a string, allowed: a finite number");
}

}  // namespace
}  // namespace qr::collections
