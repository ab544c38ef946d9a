#include "server/dialects/document_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "payloads.h"

namespace qr::collections {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr UpsertLimits kLimits{.parse = {.takes_text = true}, .dimension = 2};

// A body whose pieces are of that size.
class Body {
  public:
    explicit Body(std::string text, const UpsertLimits& limits = kLimits,
                  std::size_t piece = DocumentLines::kPieceBytes)
        : text_(std::move(text)), piece_(piece), lines(native::test_buffers(), limits) {}

    Result<std::optional<DocumentBatch>> next() {
        while (true) {
            if (lines.is_hungry()) feed();
            auto batch = lines.next();
            held_most = std::max(held_most, lines.held_bytes());
            if (!batch.ok() || *batch || !lines.is_hungry()) return batch;
        }
    }

    std::size_t unread() const { return text_.size() - given_; }

  private:
    void feed() {
        const std::size_t size = std::min(piece_, unread());
        if (size == 0) return lines.end();
        const auto room = lines.room();
        ASSERT_TRUE(room.ok());
        std::memcpy(room->data(), text_.data() + given_, size);
        lines.add(size);
        given_ += size;
    }

    const std::string text_;
    const std::size_t piece_;
    std::size_t given_ = 0;

  public:
    DocumentLines lines;
    std::size_t held_most = 0;
};

std::string document(int id) {
    return "{\"id\": " + std::to_string(id) + ", \"vector\": [1, 2]}\n";
}

TEST(DocumentLines, AreReadWithTheirPlacesWhateverEndsThem) {
    Body body(
        "{\"id\": 1, \"vector\": [1, 2]}\r\n\n  \t\n"
        "{\"id\": \"b\", \"text\": \"t\"}\n"
        "{\"id\": \"c\", \"vector\": [3, 4], \"tags\": [\"x\"]}");
    const auto batch = body.next();
    ASSERT_TRUE(batch.ok() && batch->has_value());
    const UpsertRequest& request = *(*batch)->documents;
    EXPECT_THAT((*batch)->places, ElementsAre(1, 4, 5));
    EXPECT_EQ(request.labels[0].id, "1");
    EXPECT_THAT(request.texts.document_rows, ElementsAre(1));
    EXPECT_THAT(native::floats_of(request.vectors.documents), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(request.extras[2].tags, ElementsAre("x"));
    EXPECT_FALSE(body.next()->has_value());
}

TEST(DocumentLines, AreTheSameWhereverThePiecesEnd) {
    const std::string text =
        "{\"id\": \"a\", \"vector\": [1, 2]}\r\n\n"
        "{\"id\": \"b\", \"text\": \"t\"}\n \n{\"id\": \"c\", \"vector\": [3, 4]}\n{\"id\": 4}";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        Body body(text, kLimits, piece);
        const auto batch = body.next();
        ASSERT_TRUE(batch.ok() && batch->has_value()) << piece;
        EXPECT_THAT((*batch)->places, ElementsAre(1, 3, 5)) << piece;
        EXPECT_THAT(native::floats_of((*batch)->documents->vectors.documents),
                    ElementsAre(1, 2, 3, 4))
            << piece;
        EXPECT_THAT(body.next().error().message, HasSubstr("line 6: body: found no vector"))
            << piece;
    }
}

TEST(DocumentLines, GiveWhatStandsBeforeAMistakeAndThenThatMistake) {
    Body body("{\"id\": 1, \"vector\": [1, 2]}\n{\"id\": 2, \"vector\": [1]}\n");
    EXPECT_EQ((*body.next())->places.size(), 1U);
    const auto mistake = body.next();
    ASSERT_FALSE(mistake.ok());
    EXPECT_EQ(mistake.error().message,
              "line 2: /vector: found 1 numbers, allowed: 2 (the collection's)");
}

TEST(DocumentLines, NameTheFirstLineThatIsNoDocument) {
    for (const char* const text :
         {"[1]", "{", "{\"id\": 1}", "{\"vector\": [1, 2]}", "{\"id\": 1, \"vector\": [1, 2",
          "{\"id\": 1, \"vector\": [1, 2]} {}"}) {
        const auto first = Body(text).next();
        ASSERT_FALSE(first.ok()) << text;
        EXPECT_THAT(first.error().message, testing::StartsWith("line 1: ")) << text;
    }
}

TEST(DocumentLines, ComeInBatchesOfBoundedSize) {
    std::string text;
    for (int i = 0; i < 2500; ++i)
        text += document(i);
    for (const std::size_t piece : {std::size_t{1000}, DocumentLines::kPieceBytes}) {
        Body body(text, kLimits, piece);
        EXPECT_EQ((*body.next())->places.size(), 1000U);
        EXPECT_EQ((*body.next())->places.size(), 1000U);
        EXPECT_EQ((*body.next())->places.back(), 2500U);
        EXPECT_FALSE(body.next()->has_value());
    }
    EXPECT_EQ(batch_rows(65'536), 16U);
    EXPECT_EQ(batch_rows(1), 1000U);
}

TEST(DocumentLines, AreGivenBeforeWhatFollowsThemIsRead) {
    std::string text;
    for (int i = 0; i < 3000; ++i)
        text += document(i);
    Body body(text, kLimits, 1000);
    ASSERT_TRUE(body.next().ok());
    EXPECT_GT(body.unread(), text.size() / 2);
}

TEST(DocumentLines, EndABatchOfLongTextsEarly) {
    constexpr UpsertLimits kLongTexts{
        .parse = {.text_bytes_max = std::size_t{8} << 20, .takes_text = true}, .dimension = 2};
    std::string text;
    for (int i = 0; i < 12; ++i) {
        text += "{\"id\": " + std::to_string(i) + ", \"text\": \"" +
                std::string(std::size_t{4} << 20, 'x') + "\"}\n";
    }
    Body body(text, kLongTexts);
    for (int batch = 0; batch < 3; ++batch)
        EXPECT_EQ((*body.next())->places.size(), 4U);
    EXPECT_FALSE(body.next()->has_value());
}

TEST(DocumentLines, HoldNoMoreThanAPieceALineAndABatch) {
    std::string text;
    for (int i = 0; i < 200'000; ++i)
        text += document(i);
    Body body(text);
    while (true) {
        const auto batch = body.next();
        ASSERT_TRUE(batch.ok());
        if (!*batch) break;
    }
    EXPECT_EQ(body.lines.line(), 200'000U);
    EXPECT_LT(body.held_most, std::size_t{3} << 20);
}

TEST(DocumentLines, RefuseALineThatIsTooLongBeforeAllOfItIsThere) {
    UpsertLimits limits = kLimits;
    limits.parse.line_bytes_max = 100'000;
    Body endless(document(1) + std::string(10'000'000, ' '), limits);
    EXPECT_EQ((*endless.next())->places.size(), 1U);
    const auto refused = endless.next();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::too_large);
    EXPECT_EQ(refused.error().message, "line 2: longer than the allowed 100000 bytes");
    EXPECT_GT(endless.unread(), 8'000'000U);
    Body empty(std::string(100'000, ' ') + "\n" + std::string(100'001, ' ') + "\n", limits);
    EXPECT_EQ(empty.next().error().message, "line 2: longer than the allowed 100000 bytes");
    Body longest("{\"id\": 1, \"vector\": [1, 2]" + std::string(100'000 - 27, ' ') + "}", limits);
    EXPECT_EQ((*longest.next())->places.size(), 1U);
    Body longer("{\"id\": 1, \"vector\": [1, 2]" + std::string(100'001 - 27, ' ') + "}", limits);
    EXPECT_EQ(longer.next().error().message, "line 1: longer than the allowed 100000 bytes");
}

TEST(DocumentLines, GiveTheMemoryOfOneLongLineBack) {
    std::string text = "{\"id\": 1, \"vector\": [1, 2]" + std::string(20'000'000, ' ') + "}\n";
    for (int i = 0; i < 200'000; ++i)
        text += document(i);
    Body body(text);
    ASSERT_TRUE(body.next().ok());
    EXPECT_GT(body.held_most, 20'000'000U);
    ASSERT_TRUE(body.next().ok());
    ASSERT_TRUE(body.next().ok());
    for (int batch = 0; batch < 60; ++batch)
        ASSERT_TRUE(body.next().ok());
    EXPECT_LT(body.lines.held_bytes(), std::size_t{5} << 20);
}

TEST(DocumentLines, WarnOfUnknownFieldsOnce) {
    Body body(
        "{\"id\": 1, \"vector\": [1, 2], \"more\": 1}\n"
        "{\"id\": 2, \"vector\": [1, 2], \"more\": 1}\n");
    EXPECT_TRUE(body.next().ok());
    EXPECT_THAT(body.lines.take_warnings(), ElementsAre(HasSubstr("/more")));
}

TEST(DocumentLines, MayBeNone) {
    EXPECT_FALSE(Body("").next()->has_value());
    EXPECT_FALSE(Body("\n \n").next()->has_value());
}

}  // namespace
}  // namespace qr::collections
