// A whole matrix as one object, in JSON and behind it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "payloads.h"

namespace qr::native {
namespace {

std::string with_matrix(const std::string& fields) {
    return R"({"query": [1, 2], "documents": {)" + fields + "}}";
}

const std::string kTwoRows = R"("vector": "AACAPwAAAEAAAEBAAACAQA==")";  // 1 2 3 4

TEST(NativeMatrix, TakesDocumentsAsOneBase64Text) {
    const auto parsed = rerank_of(with_matrix(kTwoRows + R"(, "shape": [2, 2])"));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->vectors.documents.rows, 2U);
    EXPECT_EQ(floats_of(parsed->vectors.documents), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_TRUE(parsed->labels.empty());
}

TEST(NativeMatrix, TakesQueriesLikewiseAndAnyDtype) {
    const auto parsed = rerank_of(
        R"({"queries": {"shape": [2, 1], "dtype": "int8", "vector": "Af8="}, "documents": [[1]]})");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_TRUE(parsed->is_query_list);
    EXPECT_EQ(floats_of(parsed->vectors.queries), (std::vector<float>{1, -1}));
}

TEST(NativeMatrix, GivesIdsAndTextsToItsRows) {
    const auto parsed = rerank_of(with_matrix(R"("ids": ["a", 7], "texts": [null, "B"], )" +
                                              kTwoRows + R"(, "shape": [2, 2])"));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    ASSERT_EQ(parsed->labels.size(), 2U);
    EXPECT_EQ(parsed->labels[0].id, "a");
    EXPECT_EQ(parsed->labels[1].id, "7");
    EXPECT_EQ(parsed->labels[0].text, std::nullopt);
    EXPECT_EQ(parsed->labels[1].text, "B");
}

TEST(NativeMatrix, RefusesLabelsThatDoNotMatchTheShape) {
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [2, 2], "ids": ["a"])")),
              "/documents/ids: found 1 entries, allowed: 2 (as the shape says)");
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [2, 2], "texts": [])")),
              "/documents/texts: found 0 entries, allowed: 2 (as the shape says)");
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [2, 2], "ids": ["a", true])")),
              "/documents/ids/1: found a boolean, allowed: a string or an integer");
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [2, 2], "texts": "ab")")),
              "/documents/texts: found a string, allowed: an array");
}

TEST(NativeMatrix, NeedsAShapeOfTwoSizes) {
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows)),
              "/documents/shape: found no shape, allowed: [n, d]: the rows and numbers a row of "
              "the matrix");
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [4])")),
              "/documents/shape: found one number, allowed: [n, d]: the rows and numbers a row of "
              "the matrix");
}

TEST(NativeMatrix, HoldsTheBytesToTheShape) {
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [3, 2])")),
              "/documents/vector: found 16 bytes, allowed: 24 bytes (6 float32 numbers)");
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [1, 4])")),
              "/documents/vector: found 4 numbers, allowed: 2 (the query's)");
    EXPECT_EQ(refusal_of(with_matrix(kTwoRows + R"(, "shape": [10001, 2])")),
              "/documents/shape: found more than 10000 documents, allowed: 1..10000 documents");
}

TEST(NativeMatrix, RefusesOtherVectors) {
    EXPECT_EQ(refusal_of(with_matrix(R"("vector": [[1, 2]], "shape": [1, 2])")),
              "/documents/vector: found an array, allowed: base64 text of the whole matrix");
    EXPECT_EQ(refusal_of(with_matrix(R"("shape": [1, 2])")),
              "/documents: found no vector, allowed: an object with a matrix as base64 text");
    EXPECT_EQ(refusal_of(with_matrix(R"("vectors": [])")),
              "/documents/vectors: found passages, allowed: one matrix: these methods take no "
              "passages");
    EXPECT_EQ(refusal_of(with_matrix(R"("vector": "AACAPwAA*EA=", "shape": [1, 2])")),
              "/documents/vector: found the byte 0x2A at offset 8, allowed: base64 of RFC 4648, "
              "padded");
}

TEST(NativeMatrix, LiesInThePayloadWhenItIsAligned) {
    std::string json =
        R"({"documents": {"shape": [2, 2], "ids": [1, 2]}, "query": {"shape": [2]}})";
    while (json.size() % 4 != 0)
        json += ' ';
    const auto parsed =
        parse_rerank(binary_payload(json, bytes_of({1, 2, 3, 4, 5, 6})), test_buffers(), {});
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(floats_of(parsed->vectors.documents), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(floats_of(parsed->vectors.queries), (std::vector<float>{5, 6}));
    ASSERT_EQ(parsed->vectors.storage.size(), 1U);
    const auto* first = reinterpret_cast<const std::byte*>(parsed->vectors.documents.data);
    EXPECT_EQ(first, parsed->vectors.storage[0].data() + json.size());
    EXPECT_EQ(parsed->labels.at(1).id, "2");
}

TEST(NativeMatrix, IsCopiedFromAnyOtherAlignment) {
    const std::string json = R"({"query": {"shape": [2]}, "documents": {"shape": [1, 2]}})";
    for (std::size_t shift = 0; shift < 4; ++shift) {
        const auto parsed =
            parse_rerank(binary_payload(json, bytes_of({1, 2, 3, 4}), shift), test_buffers(), {});
        ASSERT_TRUE(parsed.ok()) << parsed.error().message;
        EXPECT_EQ(floats_of(parsed->vectors.documents), (std::vector<float>{3, 4}));
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(parsed->vectors.documents.data) % 4, 0U);
    }
}

}  // namespace
}  // namespace qr::native
