#include "server/dialects/collection_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "payloads.h"
#include "server/dialects/embedding.h"

namespace qr::collections {
namespace {

using testing::ElementsAre;

template <typename Read>
auto read_value(std::string_view json, Read read) {
    const native::Payload payload = native::payload_of(R"({"v": )" + std::string(json) + "}");
    json::Reader reader(dialects::json_of(payload));
    auto root = reader.root();
    json::Value value;
    EXPECT_EQ((*root).find_field("v").get(value), simdjson::SUCCESS);
    const json::Path whole;
    return read(reader, value, json::Path(whole, "v"));
}

Result<std::vector<std::string>> tags_of(std::string_view json) {
    return read_value(json, [](json::Reader& reader, json::Value& value, const json::Path& path) {
        return read_tags(reader, value, path);
    });
}

Result<std::vector<std::string>> ids_of(std::string_view json) {
    return read_value(json, [](json::Reader& reader, json::Value& value, const json::Path& path) {
        return read_ids(reader, value, path, 3);
    });
}

std::string many_tags(std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i)
        list += (i == 0 ? "\"t" : ",\"t") + std::to_string(i) + '"';
    return '[' + list + ']';
}

TEST(CollectionValues, TagsAreKeptOnceInTheirOrder) {
    EXPECT_THAT(*tags_of(R"(["b", "a", "b"])"), ElementsAre("b", "a"));
}

TEST(CollectionValues, TagsAreCounted) {
    EXPECT_TRUE(tags_of(many_tags(kTagsMax)).ok());
    EXPECT_EQ(tags_of(many_tags(kTagsMax + 1)).error().message,
              "/v: found more than 64 tags, allowed: at most 64");
}

TEST(CollectionValues, IdsAreTextsOrIntegersAsTheirDigits) {
    EXPECT_THAT(*ids_of(R"(["a", 17, "17"])"), ElementsAre("a", "17", "17"));
    EXPECT_EQ(ids_of("[]").error().message, "/v: found no ids, allowed: 1..3 ids");
    EXPECT_EQ(ids_of("[1,2,3,4]").error().message, "/v: found more than 3 ids, allowed: 1..3 ids");
    EXPECT_EQ(ids_of("[1.5]").error().message,
              "/v/0: found a number, allowed: a string or an integer");
}

TEST(CollectionValues, ALifeIsPositive) {
    const auto ttl_of = [](std::string_view json) {
        return read_value(json,
                          [](json::Reader& reader, json::Value& value, const json::Path& path) {
                              return read_ttl(reader, value, path);
                          });
    };
    EXPECT_EQ(*ttl_of("0.5"), 0.5);
    EXPECT_EQ(ttl_of("-1").error().message,
              "/v: found -1.000000, allowed: a positive number of seconds, at most 1e10");
    EXPECT_FALSE(ttl_of("1e11").ok());
}

TEST(CollectionValues, NamesOfNumbersAreBounded) {
    const json::Path path;
    EXPECT_TRUE(check_number_name("year", kNumbersMax - 1, path).ok());
    EXPECT_FALSE(check_number_name("", 0, path).ok());
    EXPECT_FALSE(check_number_name(std::string(kNumberNameBytesMax + 1, 'n'), 0, path).ok());
    EXPECT_FALSE(check_number_name("year", kNumbersMax, path).ok());
}

}  // namespace
}  // namespace qr::collections
