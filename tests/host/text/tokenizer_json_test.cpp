#include "host/text/tokenizer_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/stand_in_model.h"

namespace qr {
namespace {

using Json = nlohmann::json;

Json whole() {
    return Json::parse(test::stand_in_tokenizer({"word", "##s"}));
}

// What is wrong once the value at `pointer` is another.
Error refused(const std::string& pointer, const Json& value) {
    Json json = whole();
    json[Json::json_pointer(pointer)] = value;
    const Result<TokenizerSpec> parsed = parse_tokenizer_json(json.dump());
    EXPECT_FALSE(parsed.ok()) << pointer;
    return parsed.ok() ? Error{} : parsed.error();
}

TEST(TokenizerJson, IsReadWhole) {
    const Result<TokenizerSpec> parsed = parse_tokenizer_json(whole().dump());
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ((std::vector<std::string>{"[UNK]", "[CLS]", "[SEP]", "word", "##s"}), parsed->texts);
    EXPECT_EQ(std::vector<std::uint32_t>{1}, parsed->opening);
    EXPECT_EQ(std::vector<std::uint32_t>{2}, parsed->closing);
    EXPECT_TRUE(parsed->normalizer.strip_accents);
    EXPECT_EQ(3U, parsed->added.size());
}

TEST(TokenizerJson, StripsAccentsWhereItLowers) {
    Json json = whole();
    json["normalizer"]["lowercase"] = false;
    EXPECT_FALSE(parse_tokenizer_json(json.dump())->normalizer.strip_accents);
    json["normalizer"]["strip_accents"] = true;
    EXPECT_TRUE(parse_tokenizer_json(json.dump())->normalizer.strip_accents);
}

TEST(TokenizerJson, IsRefusedByNameWhereAnotherKindIsMeant) {
    const Error error = refused("/model/type", "BPE");
    EXPECT_EQ(Code::invalid, error.code);
    EXPECT_EQ("tokenizer.json: /model/type: found \"BPE\", allowed: 'WordPiece'", error.message);
    EXPECT_EQ("/normalizer/type", refused("/normalizer/type", "NFC").pointer);
    EXPECT_EQ("/pre_tokenizer/type", refused("/pre_tokenizer/type", "Whitespace").pointer);
    EXPECT_EQ("/post_processor/type", refused("/post_processor/type", "ByteLevel").pointer);
    EXPECT_EQ("/decoder/type", refused("/decoder/type", "Metaspace").pointer);
    EXPECT_EQ("/added_tokens/0/normalized", refused("/added_tokens/0/normalized", true).pointer);
    EXPECT_EQ("/added_tokens/1/single_word", refused("/added_tokens/1/single_word", true).pointer);
}

TEST(TokenizerJson, IsRefusedWhereAValueDoesNotFit) {
    EXPECT_EQ("/model/vocab", refused("/model/vocab/word", 17).pointer);
    EXPECT_EQ("/model/vocab", refused("/model/vocab/word", 4).pointer);
    EXPECT_EQ("/model/vocab/word", refused("/model/vocab/word", -1).pointer);
    EXPECT_EQ("/model/unk_token", refused("/model/unk_token", "[X]").pointer);
    EXPECT_EQ("/added_tokens/2/id", refused("/added_tokens/2/id", 3).pointer);
    EXPECT_EQ("/model/max_input_chars_per_word",
              refused("/model/max_input_chars_per_word", 0).pointer);
    EXPECT_EQ("/post_processor/cls/1", refused("/post_processor/cls/1", 5).pointer);
    EXPECT_EQ("/model/vocab", refused("/model/vocab", nullptr).pointer);
    EXPECT_FALSE(parse_tokenizer_json("{").ok());
    EXPECT_FALSE(parse_tokenizer_json("[]").ok());
}

TEST(TokenizerJson, MayHaveATokenThatTheModelHasNot) {
    Json json = whole();
    Json token = json["added_tokens"][0];
    token["content"] = "[NEW]";
    token["id"] = 5;
    json["added_tokens"].push_back(token);
    const Result<TokenizerSpec> parsed = parse_tokenizer_json(json.dump());
    ASSERT_TRUE(parsed.ok()) << parsed.error().message;
    EXPECT_EQ("[NEW]", parsed->texts[5]);
    EXPECT_EQ(5U, parsed->model.entries.size());
}

TEST(TokenizerJson, MayPutItsTokensByATemplate) {
    Json json = whole();
    const Json special = {{"SpecialToken", {{"id", "[CLS]"}, {"type_id", 0}}}};
    const Json text = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
    json["post_processor"] = {{"type", "TemplateProcessing"},
                              {"single", {special, special, text}},
                              {"special_tokens", {{"[CLS]", {{"ids", {1}}}}}}};
    EXPECT_EQ((std::vector<std::uint32_t>{1, 1}), parse_tokenizer_json(json.dump())->opening);
    json["post_processor"]["single"] = {text, text};
    EXPECT_EQ("/post_processor/single", parse_tokenizer_json(json.dump()).error().pointer);
}

}  // namespace
}  // namespace qr
