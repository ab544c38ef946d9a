#include "host/collection/records.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

Document full_document() {
    return {.id = "a",
            .fields = {.text = "t\u00e9xt",
                       .tags = {"red", "blue"},
                       .numbers = {{"price", 1.5}, {"year", -2}},
                       .expires_at = 12.25}};
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        text += kDigits[static_cast<unsigned char>(byte) >> 4];
        text += kDigits[static_cast<unsigned char>(byte) & 15U];
    }
    return text;
}

TEST(Records, PutDocumentsInTheOrderOfInsertion) {
    EXPECT_EQ(hex(document_key(258, 7)), "642f000001020000000000000007");
    EXPECT_LT(document_key(1, 255), document_key(1, 256));
    EXPECT_LT(document_key(1, ~std::uint64_t{0}), document_key(2, 0));
    EXPECT_TRUE(vector_key(3, 9).starts_with(vector_prefix(3)));
    EXPECT_EQ(number_of_key(vector_key(3, 1ULL << 40)), 1ULL << 40);
    EXPECT_EQ(number_of_key("d/short"), std::nullopt);
    EXPECT_EQ(id_of_dropped_key(dropped_key(70000)), 70000U);
}

TEST(Records, OfDocumentsComeBackWhole) {
    const Document document = full_document();
    const Result<Document> back = decode_document("k", encode(document), WithText::yes);
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->id, "a");
    EXPECT_EQ(back->fields.text, document.fields.text);
    EXPECT_EQ(back->fields.tags, document.fields.tags);
    EXPECT_EQ(back->fields.numbers, document.fields.numbers);
    EXPECT_EQ(back->fields.expires_at, 12.25);
    EXPECT_EQ(decode_document("k", encode(document), WithText::no)->fields.text, std::nullopt);
}

TEST(Records, OfDocumentsAreRefusedCutShortAndLengthened) {
    const std::string whole = encode(full_document());
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decode_document("k", whole.substr(0, size), WithText::yes).ok()) << size;
    EXPECT_FALSE(decode_document("k", whole + "x", WithText::yes).ok());
}

TEST(Records, OfCollectionsComeBackWhole) {
    CollectionRecord record{.id = 9, .settings = {}, .created_at = 77.5, .is_unloaded = true};
    record.settings.layout = {.dimension = 768, .storage = Dtype::bfloat16, .scan = Dtype::int8};
    record.settings.ttl_seconds = 60;
    record.settings.encoder = "sha256:x";
    EXPECT_EQ(*decode_collection("c/x", encode(record)), record);
    record.settings = {.layout = {.dimension = 3}, .ttl_seconds = {}, .encoder = {}};
    EXPECT_EQ(*decode_collection("c/x", encode(record)), record);
    EXPECT_FALSE(decode_collection("c/x", encode(record).substr(1)).ok());
}

TEST(Records, OfCountersComeBackWhole) {
    const Counters counters{.documents = 1, .next_number = 1ULL << 50, .removed = 3};
    EXPECT_EQ(*decode_counters("k", encode(counters)), counters);
    EXPECT_FALSE(decode_counters("k", "short").ok());
}

TEST(Records, OfALaterFormatAreRefusedByBothVersions) {
    const FormatRecord later{.format = kRecordFormat + 1, .next_id = 4};
    const Result<FormatRecord> refused = decode_format(encode(later));
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message,
              "record 'format': found version 2, allowed: up to 1; a later version of the server "
              "wrote this store");
    EXPECT_EQ(decode_format(encode(FormatRecord{.next_id = 4}))->next_id, 4U);
}

TEST(Records, AreNamedReadably) {
    EXPECT_EQ(printable(document_key(1, 10)), "'d/00000001 000000000000000a'");
    EXPECT_EQ(printable("c/papers"), "'c/papers'");
}

}  // namespace
}  // namespace qr
