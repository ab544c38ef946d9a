#include "host/text/remote/embedding_request.h"

#include <gtest/gtest.h>

#include <vector>

namespace qr {
namespace {

const std::vector<EncoderInput> kInputs{{.text = "a \"quote\"", .role = TextRole::query},
                                        {.text = "Grüße\n", .role = TextRole::document}};

TEST(EmbeddingRequest, AsksOpenAiForBase64) {
    const RemoteEncoderOptions options{.model = "m"};
    EXPECT_EQ(print_embedding_request(EncoderApi::openai, options, kInputs),
              R"({"input":["a \"quote\"","Grüße\n"],"model":"m","encoding_format":"base64"})");
    EXPECT_EQ(embedding_path(EncoderApi::openai), "/v1/embeddings");
}

TEST(EmbeddingRequest, AsksTeiToTruncateAndNormalize) {
    EXPECT_EQ(print_embedding_request(EncoderApi::tei, {}, kInputs),
              R"({"inputs":["a \"quote\"","Grüße\n"],"truncate":true,"normalize":true})");
    EXPECT_EQ(embedding_path(EncoderApi::tei), "/embed");
}

TEST(EmbeddingRequest, PutsEachRolesPrefixBeforeItsTexts) {
    const RemoteEncoderOptions options{.query_prefix = "query: ", .document_prefix = "passage: "};
    EXPECT_EQ(print_embedding_request(EncoderApi::tei, options, kInputs),
              "{\"inputs\":[\"query: a \\\"quote\\\"\",\"passage: Grüße\\n\"],"
              "\"truncate\":true,\"normalize\":true}");
}

TEST(EmbeddingRequest, SendsTheDimensionsThatAreWished) {
    const RemoteEncoderOptions options{.model = "m", .dimensions = 256};
    const std::vector<EncoderInput> one{{.text = "a"}};
    EXPECT_EQ(print_embedding_request(EncoderApi::openai, options, one),
              R"({"input":["a"],"model":"m","encoding_format":"base64","dimensions":256})");
    EXPECT_EQ(print_embedding_request(EncoderApi::tei, options, one),
              R"({"inputs":["a"],"truncate":true,"normalize":true,"dimensions":256})");
}

}  // namespace
}  // namespace qr
