#include "server/dialects/tei_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "payloads.h"
#include "server/dialects/embedding.h"

namespace qr::dialects {
namespace {

using native::payload_of;
using testing::ElementsAre;

RootRequest root_of(std::string_view json) {
    const native::Payload payload = payload_of(json);
    return root_request(json_of(payload));
}

TEST(TeiRoot, IsWhatTheBodyAsksFor) {
    EXPECT_EQ(root_of(R"({"inputs":"a"})"), RootRequest::embed);
    EXPECT_EQ(root_of(R"({"inputs":["a"],"truncate":true})"), RootRequest::embed);
    EXPECT_EQ(root_of(R"({"inputs":{"source_sentence":"a","sentences":["b"]}})"),
              RootRequest::similarity);
    EXPECT_EQ(root_of(R"({"query":"a","texts":["b"]})"), RootRequest::rerank);
    EXPECT_EQ(root_of("{"), RootRequest::rerank);
    EXPECT_EQ(root_of(""), RootRequest::rerank);
}

TEST(TeiEmbed, NormalisesUnlessToldOtherwise) {
    const auto parsed = kTeiEmbed.parse(payload_of(R"({"inputs":"a"})"), {});
    EXPECT_TRUE(parsed->is_normalised);
    EXPECT_FALSE(
        kTeiEmbed.parse(payload_of(R"({"inputs":"a","normalize":false,"truncate":null})"), {})
            ->is_normalised);
}

TEST(TeiEmbed, PrintsARowATextEvenForOne) {
    const std::vector<float> row = {0.25F, -1};
    EXPECT_EQ(kTeiEmbed.print({}, {row.data(), 1, 2}, {}).body, "[[0.25,-1]]");
}

TEST(TeiTokenize, PrintsTheTextOfEachTokenWhereItStands) {
    const auto request = parse_tokenize(payload_of(R"({"inputs":"\u00e9t\u00e9 ab"})"), {});
    ASSERT_TRUE(request.ok());
    EXPECT_EQ(request->special, SpecialTokens::add);
    const std::vector<std::vector<Token>> tokens = {
        {{.id = 101, .text = "[CLS]", .is_special = true},
         {.id = 7, .text = "ete", .start = 0, .stop = 3},
         {.id = 8, .text = "ab", .start = 4, .stop = 6}}};
    EXPECT_EQ(print_tokens(tokens, *request),
              R"([[{"id":101,"text":"[CLS]","special":true,"start":null,"stop":null},)"
              "{\"id\":7,\"text\":\"\u00e9t\u00e9\",\"special\":false,\"start\":0,\"stop\":3},"
              R"({"id":8,"text":"ab","special":false,"start":4,"stop":6}]])");
}

TEST(TeiDecode, TakesIdsOrListsOfThem) {
    const auto flat = parse_decode(payload_of(R"({"ids":[1,2]})"), {});
    ASSERT_TRUE(flat.ok()) << flat.error().message;
    EXPECT_THAT(flat->ids, ElementsAre(ElementsAre(1, 2)));
    const auto nested =
        parse_decode(payload_of(R"({"ids":[[1],[2,3]],"skip_special_tokens":false})"), {});
    ASSERT_TRUE(nested.ok()) << nested.error().message;
    EXPECT_THAT(nested->ids, ElementsAre(ElementsAre(1), ElementsAre(2, 3)));
    EXPECT_EQ(nested->specials, Tokenizer::Specials::keep);
    EXPECT_EQ(parse_decode(payload_of(R"({"ids":[-1]})"), {}).error().pointer, "/ids/0");
    EXPECT_EQ(parse_decode(payload_of("{}"), {}).error().pointer, "/ids");
}

TEST(TeiInfo, HasTheFieldsThatClientsRead) {
    const auto info = nlohmann::json::parse(
        print_info({.encoder = {.name = "m", .kind = "static", .dimension = 4, .tokens_max = 99},
                    .requests_max = 5,
                    .documents_max = 6,
                    .version = "1.2"}));
    EXPECT_EQ(info.at("model_id"), "m");
    EXPECT_EQ(info.at("model_type").begin().key(), "reranker");
    EXPECT_EQ(info.at("max_input_length"), 99);
    EXPECT_EQ(info.at("max_client_batch_size"), 6);
    EXPECT_EQ(info.at("max_concurrent_requests"), 5);
}

}  // namespace
}  // namespace qr::dialects
