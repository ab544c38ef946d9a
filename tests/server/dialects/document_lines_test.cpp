// Documents as NDJSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "payloads.h"
#include "server/dialects/document_source.h"

namespace qr::collections {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr UpsertLimits kLimits{.parse = {.takes_text = true}, .dimension = 2};

std::unique_ptr<DocumentSource> lines(std::string_view text, const UpsertLimits& limits = kLimits) {
    return read_lines(native::payload_of(text), native::test_buffers(), limits);
}

TEST(DocumentLines, AreReadWithTheirPlacesWhateverEndsThem) {
    const auto source = lines(
        "{\"id\": 1, \"vector\": [1, 2]}\r\n\n  \t\n"
        "{\"id\": \"b\", \"text\": \"t\"}\n"
        "{\"id\": \"c\", \"vector\": [3, 4], \"tags\": [\"x\"]}");
    const auto batch = source->next();
    ASSERT_TRUE(batch.ok() && batch->has_value());
    const UpsertRequest& request = *(*batch)->documents;
    EXPECT_THAT((*batch)->places, ElementsAre(1, 4, 5));
    EXPECT_EQ(request.labels[0].id, "1");
    EXPECT_THAT(request.texts.document_rows, ElementsAre(1));
    EXPECT_THAT(native::floats_of(request.vectors.documents), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(request.extras[2].tags, ElementsAre("x"));
    EXPECT_FALSE(source->next()->has_value());
}

TEST(DocumentLines, GiveWhatStandsBeforeAMistakeAndThenThatMistake) {
    const auto source = lines("{\"id\": 1, \"vector\": [1, 2]}\n{\"id\": 2, \"vector\": [1]}\n");
    EXPECT_EQ((*source->next())->places.size(), 1U);
    const auto mistake = source->next();
    ASSERT_FALSE(mistake.ok());
    EXPECT_EQ(mistake.error().message,
              "line 2: /vector: found 1 numbers, allowed: 2 (the collection's)");
}

TEST(DocumentLines, NameTheFirstLineThatIsNoDocument) {
    for (const char* const text :
         {"[1]", "{", "{\"id\": 1}", "{\"vector\": [1, 2]}", "{\"id\": 1, \"vector\": [1, 2",
          "{\"id\": 1, \"vector\": [1, 2]} {}"}) {
        const auto first = lines(text)->next();
        ASSERT_FALSE(first.ok()) << text;
        EXPECT_THAT(first.error().message, testing::StartsWith("line 1: ")) << text;
    }
}

TEST(DocumentLines, ComeInBatchesOfBoundedSize) {
    std::string text;
    for (int i = 0; i < 2500; ++i)
        text += "{\"id\": " + std::to_string(i) + ", \"vector\": [1, 2]}\n";
    const auto source = lines(text);
    EXPECT_EQ((*source->next())->places.size(), 1000U);
    EXPECT_EQ((*source->next())->places.size(), 1000U);
    EXPECT_EQ((*source->next())->places.back(), 2500U);
    EXPECT_FALSE(source->next()->has_value());
    EXPECT_EQ(batch_rows(65'536), 16U);
    EXPECT_EQ(batch_rows(1), 1000U);
}

TEST(DocumentLines, WarnOfUnknownFieldsOnce) {
    const auto source = lines(
        "{\"id\": 1, \"vector\": [1, 2], \"more\": 1}\n"
        "{\"id\": 2, \"vector\": [1, 2], \"more\": 1}\n");
    EXPECT_TRUE(source->next().ok());
    EXPECT_THAT(source->take_warnings(), ElementsAre(HasSubstr("/more")));
}

TEST(DocumentLines, MayBeNone) {
    EXPECT_FALSE(lines("")->next()->has_value());
    EXPECT_FALSE(lines("\n \n")->next()->has_value());
}

}  // namespace
}  // namespace qr::collections
