#include "host/text/vocabulary.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace qr {
namespace {

// The longest piece that a map finds, another way.
PieceTable::Match expected_longest(const std::map<std::string, std::uint32_t>& pieces,
                                   const std::string& text) {
    for (std::size_t size = text.size(); size > 0; --size) {
        const auto found = pieces.find(text.substr(0, size));
        if (found != pieces.end()) return {found->second, size};
    }
    return {};
}

std::string random_word(std::mt19937& random, std::size_t size_max) {
    std::string word(1 + random() % size_max, '\0');
    for (char& letter : word)
        letter = static_cast<char>("ab\0c"[random() % 4]);
    return word;
}

TEST(PieceTable, FindsTheLongestPieceThatAMapFinds) {
    std::mt19937 random(1);
    std::map<std::string, std::uint32_t> pieces;
    while (pieces.size() < 3000)
        pieces.emplace(random_word(random, 20), pieces.size());
    std::vector<PieceTable::Piece> list;
    for (const auto& [bytes, id] : pieces)
        list.push_back({bytes, id});
    const PieceTable table(list);
    for (int round = 0; round < 20000; ++round) {
        const std::string word = random_word(random, 30);
        const std::string padded = word + std::string(PieceTable::kReadAhead, 'a');
        const PieceTable::Match found = table.longest(padded.data(), word.size());
        const PieceTable::Match expected = expected_longest(pieces, word);
        ASSERT_EQ(expected.size, found.size);
        ASSERT_EQ(expected.id, found.id);
    }
}

TEST(PieceTable, TellsLongPiecesApartByTheirMiddle) {
    const std::string one = std::string(20, 'a') + "1" + std::string(20, 'a');
    const std::string other = std::string(20, 'a') + "2" + std::string(20, 'a');
    const PieceTable table({{one, 5}, {other, 6}});
    const std::string padded = other + std::string(PieceTable::kReadAhead, '\0');
    EXPECT_EQ(6U, table.longest(padded.data(), other.size()).id);
}

TEST(PieceTable, FindsNothingWhenItIsEmpty) {
    EXPECT_EQ(PieceTable::kNone,
              PieceTable(std::vector<PieceTable::Piece>{}).longest("word....", 4).id);
    EXPECT_EQ(PieceTable::kNone, PieceTable().longest("word....", 4).id);
}

}  // namespace
}  // namespace qr
