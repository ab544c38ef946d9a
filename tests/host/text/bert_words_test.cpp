#include "host/text/bert_words.h"

#include <gtest/gtest.h>

#include <array>

#include "host/text/utf8_reader.h"
#include "perf/result_hash.h"
#include "tests/host/text/data_files.h"

namespace qr {
namespace {

constexpr std::size_t kCharsMax = 100;

std::vector<std::string> words_of(const BertOptions& options, std::string_view text) {
    BertWords words;
    words.start(options, kCharsMax, text);
    std::vector<std::string> all;
    while (const Word* word = words.next())
        all.push_back(word->bytes);
    return all;
}

std::string joined(const BertOptions& options, std::string_view text) {
    std::string lines;
    for (const std::string& word : words_of(options, text))
        lines += (lines.empty() ? "" : "\n") + word;
    return lines;
}

// As words_lines() of make_tokenizer_golden.py describes a character.
std::string described(char32_t c) {
    constexpr std::array<BertOptions, 4> kOptions = {{{true, true, true, true},
                                                      {true, true, false, false},
                                                      {false, false, true, false},
                                                      {false, true, false, true}}};
    std::string character;
    append_utf8(c, character);
    std::string parts;
    for (const std::string& text : {"a" + character + "b", "q\u0345" + character + "\u0334"}) {
        for (const BertOptions& options : kOptions)
            parts += (parts.empty() ? "" : "\t") + joined(options, text);
    }
    return parts;
}

TEST(BertWords, SplitAndNormalizeEveryCharacterAsTheLibraryDoes) {
    constexpr std::array<std::array<char32_t, 2>, 5> kChars = {{{0, 0xD800},
                                                                {0xE000, 0x30000},
                                                                {0xE0000, 0xE1000},
                                                                {0xF0000, 0xF0400},
                                                                {0x10FC00, 0x110000}}};
    constexpr char32_t kBlock = 0x400;
    const auto lines = test::read_lines(test::data_path("words_by_code_point.txt"));
    std::size_t line = 0;
    for (const auto& [first, stop] : kChars) {
        for (char32_t block = first; block < stop; block += kBlock, ++line) {
            perf::ResultHash hash;
            for (char32_t c = block; c < block + kBlock; ++c)
                hash.add((c > block ? "\t" : "") + described(c));
            const std::string& expected = lines.at(line);
            EXPECT_EQ(expected.substr(expected.find(' ') + 1), hash.text())
                << "from U+" << expected;
        }
    }
    EXPECT_EQ(lines.size(), line);
}

TEST(BertWords, SetIdeographsAndSignsApart) {
    EXPECT_EQ((std::vector<std::string>{"a", "字", "b", "!", "c"}), words_of({}, "a字b!c"));
}

TEST(BertWords, LoseAccentsAndCase) {
    EXPECT_EQ((std::vector<std::string>{"cafe", "straße", "istanbul"}),
              words_of({}, "CAFÉ STRAẞE İstanbul"));
}

TEST(BertWords, KnowWhereEachCharacterComesFrom) {
    BertWords words;
    words.start({}, kCharsMax, "x e\u0301a", 10);
    ASSERT_NE(nullptr, words.next());
    const Word* word = words.next();
    ASSERT_NE(nullptr, word);
    EXPECT_EQ("ea", word->bytes);
    EXPECT_EQ((std::vector<std::size_t>{12, 14}), word->origins);
    EXPECT_EQ(nullptr, words.next());
}

TEST(BertWords, KeepNoMoreOfALongWordThanTheyMay) {
    BertWords words;
    words.start({}, 3, "abcdef");
    const Word* word = words.next();
    ASSERT_NE(nullptr, word);
    EXPECT_EQ("abc", word->bytes);
    EXPECT_TRUE(word->is_cut());
    EXPECT_EQ(6U, word->chars);
    EXPECT_EQ(5U, word->last_origin);
}

TEST(BertWords, AreNoneInATextOfSpaces) {
    EXPECT_TRUE(words_of({}, "").empty());
    EXPECT_TRUE(words_of({}, " \t\u3000\u0301\0").empty());
}

}  // namespace
}  // namespace qr
