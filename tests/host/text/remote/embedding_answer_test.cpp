#include "host/text/remote/embedding_answer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace qr {
namespace {

using Vectors = std::vector<std::vector<float>>;

std::string data(const std::string& elements) {
    return R"({"object":"list","data":[)" + elements + R"(],"model":"m"})";
}

TEST(EmbeddingAnswer, ReadsArraysOfNumbersFromOpenAi) {
    const auto answer = read_embedding_answer(
        EncoderApi::openai,
        R"({"data":[{"index":0,"embedding":[1,2.5]},{"index":1,"embedding":[-1e-3,0]}],)"
        R"("usage":{"prompt_tokens":6,"total_tokens":7}})",
        2);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->vectors, (Vectors{{1, 2.5F}, {-1e-3F, 0}}));
    EXPECT_EQ(answer->tokens, 7);
}

TEST(EmbeddingAnswer, ReadsBase64FromOpenAi) {
    const auto answer = read_embedding_answer(EncoderApi::openai,
                                              data(R"({"index":0,"embedding":"AACAPwAAAMA="})"), 1);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->vectors, (Vectors{{1, -2}}));
    EXPECT_EQ(answer->tokens, 0);
}

TEST(EmbeddingAnswer, GoesByTheIndexWhateverTheOrder) {
    const auto answer = read_embedding_answer(
        EncoderApi::openai, data(R"({"index":1,"embedding":[1]},{"embedding":[0],"index":0})"), 2);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->vectors, (Vectors{{0}, {1}}));
}

TEST(EmbeddingAnswer, ReadsTheArraysOfTei) {
    const auto answer = read_embedding_answer(EncoderApi::tei, "[[1,2],[3,4]]", 2);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->vectors, (Vectors{{1, 2}, {3, 4}}));
}

TEST(EmbeddingAnswer, CountsPromptTokensWhereThereIsNoTotal) {
    const auto answer = read_embedding_answer(
        EncoderApi::openai, R"({"usage":{"prompt_tokens":6},"data":[{"index":0,"embedding":[1]}]})",
        1);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->tokens, 6);
}

struct Refused {
    std::string body;
    std::size_t texts;
    std::string message;
};

void expect_refused(EncoderApi api, const std::vector<Refused>& rows) {
    for (const Refused& row : rows) {
        const auto answer = read_embedding_answer(api, row.body, row.texts);
        ASSERT_FALSE(answer.ok()) << row.body;
        EXPECT_EQ(answer.error().code, Code::unavailable);
        EXPECT_EQ(answer.error().message, row.message) << row.body;
    }
}

TEST(EmbeddingAnswer, NamesWhatIsWrongWithOpenAisList) {
    expect_refused(
        EncoderApi::openai,
        {{"{}", 1, "/data: found none, allowed: one vector for each of the 1 texts"},
         {"[]", 1, "/data: found none, allowed: one vector for each of the 1 texts"},
         {R"({"data":7})", 1, "/data: found no array, allowed: one vector for each of the 1 texts"},
         {data(R"({"index":0,"embedding":[1]})"), 2,
          "/data: found 1 elements, allowed: one vector for each of the 2 texts"},
         {data(R"({"embedding":[1]})"), 1, "/data/0/index: found none, allowed: an integer 0..0"},
         {data(R"({"index":-1,"embedding":[1]})"), 1,
          "/data/0/index: found none, allowed: an integer 0..0"},
         {data(R"({"index":1,"embedding":[1]})"), 1,
          "/data/0/index: found 1, allowed: an integer 0..0"},
         {data(R"({"index":0,"embedding":[1]},{"index":0,"embedding":[1]})"), 2,
          "/data/1/index: found 0 again, allowed: each index once"},
         {data(R"({"index":0})"), 1,
          "/data/0/embedding: found none, allowed: an array of numbers or base64"}});
}

TEST(EmbeddingAnswer, NamesWhatIsWrongWithAVector) {
    const std::string place = "/data/0/embedding";
    const auto datum = [](const std::string& embedding) {
        return data(R"({"index":0,"embedding":)" + embedding + "}");
    };
    expect_refused(
        EncoderApi::openai,
        {{datum("7"), 1, place + ": found neither, allowed: an array of numbers or base64"},
         {datum("[]"), 1, place + ": found 0 numbers, allowed: 1..65536"},
         {datum("[1,null]"), 1, place + "/1: found no number, allowed: a finite float32"},
         {datum("[1e39]"), 1,
          place + "/0: found a number beyond float32, allowed: a finite float32"},
         {datum(R"("AACAP*==")"), 1, place + ": found the byte 0x2A at offset 5, allowed: base64"},
         {datum(R"("AACA")"), 1, place + ": found 3 bytes, allowed: float32, 4 bytes each"},
         {datum(R"("AADAfw==")"), 1,
          place + "/0: found NaN or infinity, allowed: a finite float32"},
         {data(R"({"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]})"), 2,
          "/data/1/embedding: found 2 numbers, allowed: 1, as the first vector has"}});
}

TEST(EmbeddingAnswer, NamesWhatIsWrongWithTheArraysOfTei) {
    expect_refused(
        EncoderApi::tei,
        {{"{}", 1, "answer: found no array, allowed: one vector for each of the 1 texts"},
         {"[[1]]", 2, "answer: found 1 elements, allowed: one vector for each of the 2 texts"},
         {"[[1],[1,2]]", 2, "/1: found 2 numbers, allowed: 1, as the first vector has"}});
}

TEST(EmbeddingAnswer, RefusesWhatIsNoJson) {
    for (const char* body : {"", "<html>", "[[1]", "[[NaN]]", "[[1]] [[2]]"}) {
        const auto answer = read_embedding_answer(EncoderApi::tei, body, 1);
        ASSERT_FALSE(answer.ok()) << body;
        EXPECT_TRUE(answer.error().message.starts_with("answer: found ")) << body;
    }
}

}  // namespace
}  // namespace qr
