#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payloads.h"
#include "server/dialects/embedding.h"

namespace qr::dialects {
namespace {

using native::payload_of;
using testing::ElementsAre;

Result<EmbeddingRequest> parse(std::string_view json, std::size_t texts_max = 10) {
    native::ParseLimits limits;
    limits.documents_max = texts_max;
    return kOpenaiEmbeddings.parse(payload_of(json), limits);
}

std::string refusal(std::string_view json, std::size_t texts_max = 10) {
    const auto parsed = parse(json, texts_max);
    return parsed ? "accepted" : parsed.error().message;
}

TEST(OpenaiEmbeddings, TakeATextOrSeveral) {
    EXPECT_THAT(parse(R"({"input":"a"})")->texts, ElementsAre("a"));
    EXPECT_THAT(parse(R"({"input":["a","b"],"model":"m","user":"u"})")->texts,
                ElementsAre("a", "b"));
}

TEST(OpenaiEmbeddings, AreNumbersUnlessBase64IsAskedFor) {
    EXPECT_FALSE(parse(R"({"input":"a","encoding_format":null})")->is_base64);
    EXPECT_TRUE(parse(R"({"input":"a","encoding_format":"base64"})")->is_base64);
    EXPECT_EQ(refusal(R"({"input":"a","encoding_format":"hex"})"),
              R"(/encoding_format: found "hex", allowed: "float", "base64")");
}

TEST(OpenaiEmbeddings, RefuseTokenIdsAndSayWhatToDo) {
    const std::string expected =
        "/input: found token ids, allowed: texts: the server tokenizes (in LangChain: "
        "check_embedding_ctx_length=False)";
    EXPECT_EQ(refusal(R"({"input":[1,2]})"), expected);
    EXPECT_EQ(refusal(R"({"input":[[1,2],[3]]})"), expected);
}

TEST(OpenaiEmbeddings, RefuseWhatIsMissingEmptyOrTooMuch) {
    EXPECT_EQ(refusal("{}"), "/input: found nothing, allowed: a text or an array of texts");
    EXPECT_EQ(refusal(R"({"input":[]})"), "/input: found no texts, allowed: 1..10 texts");
    EXPECT_EQ(refusal(R"({"input":["a","b","c"]})", 2),
              "/input: found more than 2 texts, allowed: 1..2 texts");
    EXPECT_EQ(refusal(R"({"input":"a","dimensions":0})"),
              "/dimensions: found 0, allowed: an integer 1..2147483647");
}

TEST(OpenaiEmbeddings, PrintAsTheSdkReadsThem) {
    const std::vector<float> rows = {0.5F, 0.1F, 1, 0};
    EmbeddingRequest request{.texts = {"a", "b"}, .texts_at = "/input"};
    const native::Provenance provenance{.id = "i", .backend = {}, .encoder = "e", .tokens = 7};
    EXPECT_EQ(kOpenaiEmbeddings.print(request, {rows.data(), 2, 2}, provenance).body,
              R"({"object":"list","data":[{"object":"embedding","embedding":[0.5,0.1],"index":0},)"
              R"({"object":"embedding","embedding":[1,0],"index":1}],"model":"e",)"
              R"("usage":{"prompt_tokens":7,"total_tokens":7}})");
    request.is_base64 = true;
    EXPECT_EQ(kOpenaiEmbeddings.print(request, {rows.data() + 2, 1, 2}, provenance).body,
              R"({"object":"list","data":[{"object":"embedding","embedding":"AACAPwAAAAA=",)"
              R"("index":0}],"model":"e","usage":{"prompt_tokens":7,"total_tokens":7}})");
}

}  // namespace
}  // namespace qr::dialects
