// One query or document in every form, and everything that may be wrong with it.
#include "server/dialects/native_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "payloads.h"

namespace qr::native {
namespace {

// A request whose query has two numbers and whose only document is `document`.
std::string with_document(const std::string& document) {
    return R"({"query": [1, 2], "documents": [)" + document + "]}";
}

std::vector<float> document_of(const std::string& document) {
    const auto parsed = rerank_of(with_document(document));
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    return parsed.ok() ? floats_of(parsed->vectors.documents) : std::vector<float>();
}

std::string refusal_of_document(const std::string& document) {
    return refusal_of(with_document(document));
}

const std::vector<float> kOneTwo = {1, 2};

TEST(NativeVectors, TakeEveryDtypeInBase64) {
    EXPECT_EQ(document_of(R"({"vector": "AACAPwAAAEA="})"), kOneTwo);
    EXPECT_EQ(document_of(R"({"vector": "AACAPwAAAEA=", "dtype": "float32"})"), kOneTwo);
    EXPECT_EQ(document_of(R"({"dtype": "float16", "vector": "ADwAQA=="})"), kOneTwo);
    EXPECT_EQ(document_of(R"({"vector": "gD8AQA==", "dtype": "bfloat16"})"), kOneTwo);
    EXPECT_EQ(document_of(R"({"vector": "Af4=", "dtype": "int8"})"), (std::vector<float>{1, -2}));
}

TEST(NativeVectors, TakeAShapeBeforeOrAfterTheVector) {
    EXPECT_EQ(document_of(R"({"vector": [1, 2], "shape": [2]})"), kOneTwo);
    EXPECT_EQ(document_of(R"({"shape": [1, 2], "vector": "AACAPwAAAEA="})"), kOneTwo);
}

TEST(NativeVectors, ReadBase64WithEscapedSlashes) {
    // 0x3F 0xFF 0xFF 0x00 twice: "P///AD///wA=", whose slashes some writers escape.
    EXPECT_EQ(document_of(R"({"vector": "P\/\/\/AD///wA="})"),
              document_of(R"({"vector": "P///AD///wA="})"));
}

TEST(NativeVectors, TellWhichNumberIsNone) {
    EXPECT_EQ(refusal_of_document(R"({"vector": [1, "2"]})"),
              "/documents/0/vector/1: found a string, allowed: a number");
    EXPECT_EQ(refusal_of_document("[null, 2]"), "/documents/0/0: found null, allowed: a number");
    EXPECT_EQ(refusal_of(R"({"query": [1, true], "documents": [[1]]})"),
              "/query/1: found a boolean, allowed: a number");
    EXPECT_EQ(refusal_of(R"({"queries": [[1], {"vector": [[1]]}], "documents": [[1]]})"),
              "/queries/1/vector/0: found an array, allowed: a number");
    EXPECT_EQ(refusal_of_document("[1, 1e39]"),
              "/documents/0/1: found 1e39, allowed: a number within float32, "
              "-3.4028235e38..3.4028235e38");
}

TEST(NativeVectors, CompareEveryDimensionWithTheQuerys) {
    EXPECT_EQ(refusal_of_document("[1, 2, 3]"),
              "/documents/0: found 3 numbers, allowed: 2 (the query's)");
    EXPECT_EQ(refusal_of_document(R"([1, 2], {"vector": [1]})"),
              "/documents/1/vector: found 1 numbers, allowed: 2 (the query's)");
    EXPECT_EQ(refusal_of_document(R"({"vector": "AACAPw=="})"),
              "/documents/0/vector: found 1 numbers, allowed: 2 (the query's)");
    EXPECT_EQ(refusal_of_document(R"({"vector": []})"),
              "/documents/0/vector: found 0 numbers, allowed: 2 (the query's)");
}

TEST(NativeVectors, SayWhoseDimensionCountsInAnyOrder) {
    EXPECT_EQ(refusal_of(R"({"documents": [[1, 2], [1]], "query": [1, 2]})"),
              "/documents/1: found 1 numbers, allowed: 2 (the first document's)");
    EXPECT_EQ(refusal_of(R"({"documents": [[1, 2]], "query": [1]})"),
              "/query: found 1 numbers, allowed: 2 (the first document's)");
    EXPECT_EQ(refusal_of(R"({"queries": [[1, 2], [1]], "documents": [[1]]})"),
              "/queries/1: found 1 numbers, allowed: 2 (the first query's)");
    EXPECT_EQ(refusal_of(R"({"queries": [[1, 2]], "documents": [[1]]})"),
              "/documents/0: found 1 numbers, allowed: 2 (the first query's)");
}

TEST(NativeVectors, BoundTheDimension) {
    const auto zeros = [](std::size_t count) {
        std::string text = "[0";
        for (std::size_t i = 1; i < count; ++i)
            text += ",0";
        return text + "]";
    };
    const auto request = [](const std::string& vector) {
        return R"({"query": )" + vector + R"(, "documents": [)" + vector + "]}";
    };
    EXPECT_EQ(refusal_of(request(zeros(65536))), "accepted");
    EXPECT_EQ(refusal_of(request(zeros(65537))),
              "/query: found 65537 numbers, allowed: 1..65536 numbers");
    EXPECT_EQ(refusal_of(request("[]")), "/query: found 0 numbers, allowed: 1..65536 numbers");
    EXPECT_EQ(refusal_of(request(R"({"vector": ""})")),
              "/query/vector: found 0 numbers, allowed: 1..65536 numbers");
}

TEST(NativeVectors, RefuseTextWithoutAVector) {
    for (const char* text : {R"("some text")", R"({"text": "some text"})",
                             R"({"text": "some text", "vector": null})"}) {
        const auto parsed = rerank_of(with_document(text));
        ASSERT_FALSE(parsed.ok()) << text;
        EXPECT_EQ(parsed.error().code, Code::no_encoder);
        EXPECT_EQ(parsed.error().pointer, "/documents/0");
        EXPECT_EQ(parsed.error().message,
                  "/documents/0: found text without a vector, allowed: vectors: this server runs "
                  "without an encoder that turns text into them; send them as \"vector\", or set "
                  "`encoder`");
    }
    const auto query = rerank_of(R"({"query": "some text", "documents": [[1]]})");
    ASSERT_FALSE(query.ok());
    EXPECT_EQ(query.error().code, Code::no_encoder);
    EXPECT_EQ(query.error().pointer, "/query");
}

Result<RerankRequest> with_encoder(std::string_view json) {
    ParseLimits limits;
    limits.takes_text = true;
    return rerank_of(json, limits);
}

TEST(NativeVectors, AreTheEncodersToMakeWhereThereIsText) {
    const auto parsed = with_encoder(
        R"({"queries": ["q", [1, 2]], "documents": [[3, 4], "a", {"text": "b", "id": 5}]})");
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_THAT(parsed->texts.query_rows, testing::ElementsAre(0));
    EXPECT_THAT(parsed->texts.queries, testing::ElementsAre("q"));
    EXPECT_THAT(parsed->texts.document_rows, testing::ElementsAre(1, 2));
    EXPECT_EQ(parsed->labels.at(1).text, "a");
    EXPECT_EQ(parsed->labels.at(2).text, "b");
    EXPECT_EQ(parsed->labels.at(2).id, "5");
    EXPECT_THAT(floats_of(parsed->vectors.queries), testing::ElementsAre(1, 2));
    EXPECT_THAT(floats_of(parsed->vectors.documents), testing::ElementsAre(3, 4));
}

TEST(NativeVectors, AreTakenAsTheyAreWhereATextHasOne) {
    const auto parsed =
        with_encoder(R"({"query": [1], "documents": [{"text": "a", "vector": [2]}]})");
    ASSERT_TRUE(parsed.ok());
    EXPECT_TRUE(parsed->texts.is_empty());
    EXPECT_EQ(parsed->labels.at(0).text, "a");
}

TEST(NativeVectors, LimitWhatATextMayHold) {
    ParseLimits limits;
    limits.takes_text = true;
    limits.text_bytes_max = 3;
    EXPECT_EQ(refusal_of(R"({"query": "abc", "documents": ["abcd"]})", limits),
              "/documents/0: found 4 bytes, allowed: at most 3");
}

TEST(NativeVectors, RefusePassages) {
    EXPECT_EQ(refusal_of_document(R"({"vectors": [[1, 2]]})"),
              "/documents/0/vectors: found passages, allowed: one vector: these methods take no "
              "passages");
}

TEST(NativeVectors, RefuseWhatIsNoVectorAtAll) {
    EXPECT_EQ(refusal_of_document("{}"),
              "/documents/0: found no vector, allowed: a text, an array of numbers, or an object "
              "with either");
    EXPECT_EQ(refusal_of_document("null"),
              "/documents/0: found null, allowed: a text, an array of numbers, or an object with "
              "either");
    EXPECT_EQ(
        refusal_of_document("17"),
        "/documents/0: found a number, allowed: a text, an array of numbers, or an object with "
        "either");
    EXPECT_EQ(refusal_of_document(R"({"vector": 17})"),
              "/documents/0/vector: found a number, allowed: an array of numbers, or base64 text");
    EXPECT_EQ(
        refusal_of_document(R"({"shape": [2]})"),
        "/documents/0: found no vector, allowed: a text, an array of numbers, or an object with "
        "either");
}

TEST(NativeVectors, RefuseListsThatAreNone) {
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": []})"),
              "/documents: found no documents, allowed: 1..10000 documents");
    EXPECT_EQ(refusal_of(R"({"queries": [], "documents": [[1]]})"),
              "/queries: found no queries, allowed: 1..512 queries");
    EXPECT_EQ(refusal_of(R"({"query": [1], "documents": "text"})"),
              "/documents: found a string, allowed: an array, or an object with a whole matrix");
}

TEST(NativeVectors, TellWhereBase64IsWrong) {
    EXPECT_EQ(refusal_of_document(R"({"vector": "AACAPwAA*EA="})"),
              "/documents/0/vector: found the byte 0x2A at offset 8, allowed: base64 of RFC 4648, "
              "padded");
    EXPECT_EQ(refusal_of_document(R"({"vector": "AACAPwAAAEA"})"),
              "/documents/0/vector: found a text of 11 characters: cut short, or without its "
              "padding, allowed: base64 of RFC 4648, padded");
    EXPECT_EQ(refusal_of_document(R"({"vector": "AACAPwAAAEB="})"),
              "/documents/0/vector: found bits behind the last byte at offset 10, allowed: base64 "
              "of RFC 4648, padded");
    EXPECT_EQ(refusal_of_document(R"({"vector": "A*==", "dtype": "int8", "shape": [2]})"),
              "/documents/0/vector: found 1 bytes, allowed: 2 bytes (2 int8 numbers)");
}

TEST(NativeVectors, RefuseBytesThatAreNoWholeNumbers) {
    EXPECT_EQ(refusal_of_document(R"({"vector": "AACAPwAA"})"),
              "/documents/0/vector: found 6 bytes, allowed: a multiple of 4 bytes (float32)");
}

TEST(NativeVectors, RefuseADtypeNobodyKnows) {
    EXPECT_EQ(refusal_of_document(R"({"vector": "AACAPwAAAEA=", "dtype": "float64"})"),
              "/documents/0/dtype: found \"float64\", allowed: float32, float16, bfloat16, int8");
}

TEST(NativeVectors, HoldTheVectorToItsShape) {
    EXPECT_EQ(refusal_of_document(R"({"vector": [1, 2], "shape": [3]})"),
              "/documents/0/vector: found 2 numbers, allowed: 3 (as the shape says)");
    EXPECT_EQ(refusal_of_document(R"({"vector": "AACAPw==", "shape": [2]})"),
              "/documents/0/vector: found 4 bytes, allowed: 8 bytes (2 float32 numbers)");
    EXPECT_EQ(refusal_of_document(R"({"vector": [1, 2], "shape": [2, 1]})"),
              "/documents/0/vector: found a shape of 2 rows, allowed: [d] or [1, d]");
    EXPECT_EQ(refusal_of_document(R"({"vector": [1, 2], "shape": [1, 1, 2]})"),
              "/documents/0/shape: found more than two sizes, allowed: one or two sizes");
    EXPECT_EQ(refusal_of_document(R"({"vector": [1, 2], "shape": []})"),
              "/documents/0/shape: found no sizes, allowed: one or two sizes");
    EXPECT_EQ(refusal_of_document(R"({"vector": [1, 2], "shape": [0]})"),
              "/documents/0/shape/0: found 0, allowed: an integer 1..4294967296");
}

TEST(NativeVectors, AllocateNothingForAShapeThatLies) {
    BufferPool buffers(0);
    const auto parsed = parse_rerank(
        payload_of(R"({"documents": {"shape": [10000, 65536], "vector": "A"}, "query": [1]})"),
        buffers, {});
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().pointer, "/documents/vector");
}

TEST(NativeVectors, KeepIdsAsText) {
    const auto parsed = rerank_of(with_document(
        R"({"id": 42, "vector": [1, 2]}, {"vector": [1, 2], "id": "\u00fc"}, [1, 2],
           {"id": -7, "vector": [1, 2]}, {"id": 123456789012345678901234, "vector": [1, 2]})"));
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(parsed->labels.at(0).id, "42");
    EXPECT_EQ(parsed->labels.at(1).id, "\u00fc");
    EXPECT_EQ(parsed->labels.at(2).id, std::nullopt);
    EXPECT_EQ(parsed->labels.at(3).id, "-7");
    EXPECT_EQ(parsed->labels.at(4).id, "123456789012345678901234");
}

TEST(NativeVectors, RefuseIdsThatAreNone) {
    EXPECT_EQ(refusal_of_document(R"({"id": "", "vector": [1, 2]})"),
              "/documents/0/id: found 0 bytes, allowed: 1..256 bytes");
    EXPECT_EQ(refusal_of_document(R"({"id": ")" + std::string(257, 'x') + R"(", "vector": [1]})"),
              "/documents/0/id: found 257 bytes, allowed: 1..256 bytes");
    EXPECT_EQ(refusal_of_document(R"({"id": 1.5, "vector": [1, 2]})"),
              "/documents/0/id: found a number, allowed: a string or an integer");
}

TEST(NativeVectors, BoundTheLengthOfATextAndGiveLabelsToAllRows) {
    const ParseLimits limits{.text_bytes_max = 4};
    EXPECT_EQ(refusal_of(with_document(R"({"text": "12345", "vector": [1, 2]})"), limits),
              "/documents/0/text: found 5 bytes, allowed: at most 4");
    const auto parsed =
        rerank_of(with_document(R"([1, 2], {"text": "1234", "vector": [1, 2]}, [1, 2])"), limits);
    ASSERT_TRUE(parsed.ok());
    ASSERT_EQ(parsed->labels.size(), 3U);
    EXPECT_EQ(parsed->labels[1].text, "1234");
}

TEST(NativeVectors, HaveNoLabelsWhenNobodyGaveAny) {
    EXPECT_TRUE(rerank_of(with_document("[1, 2], [3, 4]"))->labels.empty());
}

TEST(NativeVectors, TakeTheNextTensorForAShapeAlone) {
    const auto parsed =
        parse_rerank(binary_payload(R"({"documents": [{"shape": [2], "id": 1}, {"shape": [1, 2]}],)"
                                    R"( "query": {"shape": [2], "dtype": "int8"}})",
                                    bytes_of({1, 2, 3, 4}) + "\x05\xFA"),
                     test_buffers(), {});
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ(floats_of(parsed->vectors.documents), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(floats_of(parsed->vectors.queries), (std::vector<float>{5, -6}));
}

TEST(NativeVectors, CountTheBytesOfTensors) {
    const std::string json = R"({"query": {"shape": [2]}, "documents": [{"shape": [2]}]})";
    EXPECT_EQ(refusal_of(binary_payload(json, bytes_of({1, 2, 3, 4}))), "accepted");
    EXPECT_EQ(refusal_of(binary_payload(json, bytes_of({1, 2, 3}))),
              "/documents/0: found 4 bytes left for this tensor, allowed: 8 bytes");
    EXPECT_EQ(refusal_of(binary_payload(json, bytes_of({1, 2, 3, 4, 5}))),
              "body: found 20 bytes of tensors behind the header, allowed: 16 bytes, as the "
              "header declares");
    EXPECT_EQ(refusal_of(binary_payload(R"({"query": [1], "documents": [[1]]})", "1234")),
              "body: found 4 bytes of tensors behind the header, allowed: 0 bytes, as the header "
              "declares");
}

}  // namespace
}  // namespace qr::native
