#include "host/collection/document_rules.h"

#include <gtest/gtest.h>

#include <limits>

#include "host/collection/catalog.h"

namespace qr {
namespace {

std::string pointer_of(const Result<void>& result) {
    return result ? "" : result.error().pointer;
}

TEST(DocumentRules, TakeNamesOfLettersDigitsAndThreeSigns) {
    for (const char* name : {"a", "0", "papers-2024_v1.2"})
        EXPECT_TRUE(check_collection_name(name).ok()) << name;
    for (const char* name : {"", "-a", ".a", "A", "a b", "a/b", "\xC3\xA9", "\xFF"})
        EXPECT_FALSE(check_collection_name(name).ok()) << name;
    EXPECT_TRUE(check_collection_name(std::string(kCollectionNameBytesMax, 'a')).ok());
    EXPECT_FALSE(check_collection_name(std::string(kCollectionNameBytesMax + 1, 'a')).ok());
}

TEST(DocumentRules, PointAtWhatIsWrongWithADocument) {
    const auto pointer = [](const Document& document) {
        return pointer_of(check_document(document, 7));
    };
    EXPECT_EQ(pointer({.id = "a", .fields = {}}), "");
    EXPECT_EQ(pointer({.id = "", .fields = {}}), "/7/id");
    EXPECT_EQ(pointer({.id = std::string(257, 'a'), .fields = {}}), "/7/id");
    EXPECT_EQ(pointer({.id = "\xFF", .fields = {}}), "/7/id");
    EXPECT_EQ(pointer({.id = "a", .fields = {.text = std::string(kTextBytesMax + 1, 'x')}}),
              "/7/text");
    EXPECT_EQ(pointer({.id = "a", .fields = {.tags = {"x", ""}}}), "/7/tags/1");
    EXPECT_EQ(pointer({.id = "a", .fields = {.tags = {"x", "y", "x"}}}), "/7/tags/2");
    EXPECT_EQ(pointer({.id = "a", .fields = {.tags = std::vector<std::string>(65, "x")}}),
              "/7/tags");
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(pointer({.id = "a", .fields = {.numbers = {{"n", kInfinity}}}}), "/7/numbers/n");
    EXPECT_EQ(pointer({.id = "a", .fields = {.numbers = {{"", 1}}}}), "/7/numbers");
    EXPECT_EQ(pointer({.id = "a", .fields = {.expires_at = kInfinity}}), "/7/expires_at");
}

TEST(DocumentRules, BoundWhatAFilterAsksFor) {
    Filter filter;
    filter.any_tags.resize(kTagsMax + 1, "x");
    EXPECT_EQ(pointer_of(check_filter(filter)), "/filter/any_tags");
    EXPECT_EQ(pointer_of(check_filter({})), "");
}

TEST(DocumentRules, TakeOnlyTimesToLiveThatAreSome) {
    CollectionSettings settings;
    for (const double ttl : {0.0, -1.0, 1e11, std::numeric_limits<double>::quiet_NaN()}) {
        settings.ttl_seconds = ttl;
        EXPECT_EQ(pointer_of(check_settings(settings)), "/ttl_seconds") << ttl;
    }
    settings.ttl_seconds = 0.5;
    EXPECT_EQ(pointer_of(check_settings(settings)), "");
}

}  // namespace
}  // namespace qr
