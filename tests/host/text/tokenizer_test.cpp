#include "host/text/tokenizer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "perf/result_hash.h"
#include "tests/host/text/data_files.h"

namespace qr {
namespace {

using Json = nlohmann::json;

Tokenizer load(const std::string& json) {
    Result<Tokenizer> loaded = Tokenizer::load(json);
    EXPECT_TRUE(loaded.ok()) << (loaded.ok() ? "" : loaded.error().message);
    return std::move(loaded).value();
}

const std::string& golden_json() {
    static const std::string json = test::read_whole(test::data_path("tokenizer.json"));
    return json;
}

const Tokenizer& golden() {
    static const Tokenizer tokenizer = load(golden_json());
    return tokenizer;
}

const std::vector<std::string>& texts() {
    static const std::vector<std::string> read = test::read_texts();
    return read;
}

std::vector<std::uint32_t> ids_of(const Tokenizer& tokenizer, std::string_view text,
                                  std::size_t tokens_max = SIZE_MAX) {
    std::vector<std::uint32_t> ids;
    tokenizer.ids(text, tokens_max, ids);
    return ids;
}

std::vector<std::uint32_t> ids_of(const std::vector<Token>& tokens) {
    std::vector<std::uint32_t> ids;
    for (const Token& token : tokens)
        ids.push_back(token.id);
    return ids;
}

std::vector<std::string> words_of(const std::vector<std::uint32_t>& ids) {
    std::vector<std::string> words;
    for (const std::uint32_t id : ids)
        words.push_back(golden().decode({id}, Tokenizer::Specials::keep).value());
    return words;
}

// As make_tokenizer_golden.py describes a text.
std::string described(const Tokenizer& tokenizer, const std::string& text) {
    const std::vector<Token> tokens = tokenizer.tokens(text, SpecialTokens::add);
    std::string lines;
    for (const Token& token : tokens)
        lines += std::to_string(token.id) + " " + std::to_string(token.start) + " " +
                 std::to_string(token.stop) + " " + (token.is_special ? "1 " : "0 ") + token.text +
                 "\n";
    const std::vector<std::uint32_t> ids = ids_of(tokens);
    return lines + tokenizer.decode(ids, Tokenizer::Specials::skip).value() + "\n" +
           tokenizer.decode(ids, Tokenizer::Specials::keep).value();
}

std::string fingerprint(const std::string& text) {
    perf::ResultHash hash;
    hash.add(text);
    return hash.text();
}

TEST(Tokenizer, GivesTheTokensOfTheLibraryInFull) {
    for (const std::string& line : test::read_lines(test::data_path("tokenizer.jsonl"))) {
        const Json expected = Json::parse(line);
        const auto text = expected["text"].get<std::string>();
        const std::vector<Token> tokens = golden().tokens(text, SpecialTokens::add);
        Json found = Json::array();
        for (const Token& token : tokens)
            found.push_back(
                {token.id, token.start, token.stop, token.is_special ? 1 : 0, token.text});
        EXPECT_EQ(expected["tokens"], found) << line;
        EXPECT_EQ(expected["decoded"],
                  golden().decode(ids_of(tokens), Tokenizer::Specials::skip).value());
    }
}

TEST(Tokenizer, AgreesWithTheLibraryOnTenThousandTexts) {
    const std::vector<std::string> lines = test::read_lines(test::data_path("tokenizer_texts.txt"));
    ASSERT_EQ(10000U, lines.size());
    ASSERT_EQ(lines.size(), texts().size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        ASSERT_EQ(lines[i], fingerprint(described(golden(), texts()[i])).substr(8))
            << "text " << i << ": " << Json(texts()[i]).dump(-1, ' ', true);
}

TEST(Tokenizer, AgreesWithTheLibraryForEveryNormalizer) {
    const std::vector<std::array<bool, 4>> variants = {
        {true, true, false, false}, {false, false, true, false}, {false, true, false, true}};
    const std::vector<std::string> lines =
        test::read_lines(test::data_path("tokenizer_variants.txt"));
    std::size_t line = 0;
    for (const auto& [clean, chinese, strip, lower] : variants) {
        Json json = Json::parse(golden_json());
        json["normalizer"] = {{"type", "BertNormalizer"},
                              {"clean_text", clean},
                              {"handle_chinese_chars", chinese},
                              {"strip_accents", strip},
                              {"lowercase", lower}};
        const Tokenizer tokenizer = load(json.dump());
        for (std::size_t first = 0; first < texts().size(); first += 100, ++line) {
            std::string block;
            for (std::size_t i = first; i < first + 100; ++i) {
                EXPECT_EQ(ids_of(tokenizer, texts()[i]),
                          ids_of(tokenizer.tokens(texts()[i], SpecialTokens::leave_out)));
                block += (i > first ? "\n" : "") + described(tokenizer, texts()[i]);
            }
            ASSERT_EQ(lines.at(line), fingerprint(block)) << "texts from " << first;
        }
    }
}

TEST(Tokenizer, FindsTheSameIdsWithAndWithoutPlaces) {
    for (const std::string& text : texts())
        ASSERT_EQ(ids_of(golden().tokens(text, SpecialTokens::leave_out)), ids_of(golden(), text));
}

TEST(Tokenizer, CutsWordsIntoTheLongestPieces) {
    EXPECT_EQ((std::vector<std::string>{"un", "##believ", "##able", "token", "##ization"}),
              words_of(ids_of(golden(), "Unbelievable TOKENIZATION")));
}

TEST(Tokenizer, FindsSpecialTokensInTheTextAsItIs) {
    EXPECT_EQ((std::vector<std::string>{"[SEP]", "[", "s", "##e", "##p", "]"}),
              words_of(ids_of(golden(), "[SEP][sep]")));
}

TEST(Tokenizer, GivesAtMostSoManyIds) {
    const std::vector<std::uint32_t> all = ids_of(golden(), "unbelievable [SEP] café token");
    for (std::size_t most = 0; most <= all.size() + 1; ++most) {
        const std::size_t size = std::min(most, all.size());
        EXPECT_EQ(std::vector(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size)),
                  ids_of(golden(), "unbelievable [SEP] café token", most));
    }
}

TEST(Tokenizer, AppendsToWhatIsThere) {
    std::vector<std::uint32_t> ids = {7};
    golden().ids("the", 1, ids);
    EXPECT_EQ(2U, ids.size());
    EXPECT_EQ(7U, ids.front());
}

TEST(Tokenizer, PlacesTokensInCharactersOfTheText) {
    const std::vector<Token> tokens = golden().tokens("é 👍 hello", SpecialTokens::add);
    ASSERT_EQ(5U, tokens.size());
    EXPECT_TRUE(tokens.front().is_special);
    EXPECT_EQ("hello", tokens[3].text);
    EXPECT_EQ(4U, tokens[3].start);
    EXPECT_EQ(9U, tokens[3].stop);
}

TEST(Tokenizer, ReadsWhatIsNoUtf8AsACharacterThatIsDropped) {
    EXPECT_EQ(ids_of(golden(), "the"), ids_of(golden(),
                                              "t\xC3h\xF0\x9F"
                                              "e\xFF"));
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 60, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random());
        EXPECT_EQ(ids_of(golden().tokens(bytes, SpecialTokens::leave_out)),
                  ids_of(golden(), bytes));
    }
}

TEST(Tokenizer, RefusesToDecodeAnIdThatItDoesNotHave) {
    const auto decoded = golden().decode({3, 999999}, Tokenizer::Specials::keep);
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(Code::invalid, decoded.error().code);
    EXPECT_EQ("999999", decoded.error().found);
    EXPECT_EQ("/ids/1", decoded.error().pointer);
}

TEST(Tokenizer, JoinsWithSpacesWithoutADecoder) {
    Json json = Json::parse(golden_json());
    json["decoder"] = nullptr;
    const Tokenizer tokenizer = load(json.dump());
    const std::vector<std::uint32_t> ids = ids_of(tokenizer, "tokenization the");
    EXPECT_EQ("token ##ization the", tokenizer.decode(ids, Tokenizer::Specials::keep).value());
}

}  // namespace
}  // namespace qr
