#include "server/dialects/collection_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "payloads.h"

namespace qr::collections {
namespace {

using native::test_buffers;
using testing::ElementsAre;

constexpr UpsertLimits kLimits{.parse = {.documents_max = 4}, .dimension = 2};

TEST(CollectionDocuments, TakeTensorsBehindTheHeaderWithoutACopy) {
    native::Payload payload = native::binary_payload(
        R"({"documents": {"shape": [2, 2], "ids": ["a", "b"]}})", native::bytes_of({1, 2, 3, 4}));
    const std::byte* const tensors = payload.storage.data() + *payload.header_length;
    const bool is_aligned = reinterpret_cast<std::uintptr_t>(tensors) % alignof(float) == 0;
    const auto read = read_upsert(std::move(payload), test_buffers(), kLimits);
    ASSERT_TRUE(read.ok());
    EXPECT_THAT(native::floats_of(read->vectors.documents), ElementsAre(1, 2, 3, 4));
    EXPECT_EQ(read->labels[1].id, "b");
    EXPECT_EQ(read->extras.size(), 2U);
    if (is_aligned) {
        EXPECT_EQ(static_cast<const void*>(read->vectors.documents.data), tensors);
    }
}

TEST(CollectionDocuments, RefuseTensorsThatNobodyDeclared) {
    const auto read = read_upsert(
        native::binary_payload(R"({"documents": [{"id": "a", "vector": [1, 2]}]})", "1234"),
        test_buffers(), kLimits);
    EXPECT_EQ(read.error().code, Code::invalid);
}

TEST(CollectionDocuments, LiveFromNowOn) {
    auto read = read_upsert(
        native::payload_of(R"({"documents": [{"id": "a", "vector": [1, 2], "ttl_seconds": 60},
                                             {"id": "b", "vector": [1, 2]}]})"),
        test_buffers(), kLimits);
    ASSERT_TRUE(read.ok());
    const std::vector<Document> documents = take_documents(*read, 1000);
    EXPECT_EQ(documents[0].fields.expires_at, 1060);
    EXPECT_FALSE(documents[1].fields.expires_at);
}

TEST(CollectionDocuments, NeedAnEncoderForTexts) {
    const auto read =
        read_upsert(native::payload_of(R"({"documents": [{"id": "a", "text": "t"}]})"),
                    test_buffers(), kLimits);
    EXPECT_EQ(read.error().code, Code::no_encoder);
    EXPECT_EQ(read.error().pointer, "/documents/0");
}

TEST(CollectionDocuments, AreReadLineByLine) {
    const native::Payload payload =
        native::payload_of(R"({"id": 5, "vector": [1, 2], "tags": ["x"], "more": 1})");
    const std::string_view line(reinterpret_cast<const char*>(payload.storage.data()),
                                payload.size);
    json::Warnings warnings(4);
    std::array<float, 2> row{};
    const auto read = read_document(line, test_buffers(), kLimits, warnings, row);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->label.id, "5");
    EXPECT_TRUE(read->has_vector);
    EXPECT_THAT(row, ElementsAre(1, 2));
    EXPECT_THAT(read->extras.tags, ElementsAre("x"));
    EXPECT_THAT(std::move(warnings).take(), ElementsAre(testing::HasSubstr("/more")));
}

}  // namespace
}  // namespace qr::collections
