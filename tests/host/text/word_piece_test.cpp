#include "host/text/word_piece.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

constexpr std::uint32_t kUnknown = 9;

const WordPiece& model() {
    static const WordPiece made(WordPieceSpec{.entries = {{"un", 0},
                                                          {"una", 1},
                                                          {"##able", 2},
                                                          {"##b", 3},
                                                          {"able", 4},
                                                          {"##é", 5},
                                                          {"##", 6},
                                                          {"[UNK]", kUnknown}},
                                              .unknown_id = kUnknown});
    return made;
}

std::vector<std::uint32_t> ids_of(std::string word) {
    std::vector<std::uint32_t> ids = {100};
    const std::size_t size = word.size();
    word.append(PieceTable::kReadAhead, 'x');
    model().append(word.data(), size, ids);
    return {ids.begin() + 1, ids.end()};
}

TEST(WordPiece, TakesTheLongestPieceFirst) {
    EXPECT_EQ((std::vector<std::uint32_t>{1, 3}), ids_of("unab"));
}

TEST(WordPiece, IsGreedyAndDoesNotGoBack) {
    // "un" + "##able" would do, but "una" is longer and "##ble" is no piece.
    EXPECT_EQ((std::vector<std::uint32_t>{kUnknown}), ids_of("unable"));
}

TEST(WordPiece, CallsAWordUnknownAsAWhole) {
    EXPECT_EQ((std::vector<std::uint32_t>{kUnknown}), ids_of("unabx"));
    EXPECT_EQ((std::vector<std::uint32_t>{kUnknown}), ids_of("b"));
}

TEST(WordPiece, SaysWhereItsTokensStop) {
    const std::vector<WordPieceToken> tokens = model().split("uné");
    ASSERT_EQ(2U, tokens.size());
    EXPECT_EQ(2U, tokens[0].stop);
    EXPECT_EQ(5U, tokens[1].id);
    EXPECT_EQ(4U, tokens[1].stop);
    EXPECT_TRUE(model().split("x").empty());
    EXPECT_EQ(kUnknown, model().find('b'));
}

}  // namespace
}  // namespace qr
