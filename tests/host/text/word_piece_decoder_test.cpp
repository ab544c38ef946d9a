#include "host/text/word_piece_decoder.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(WordPieceDecoder, JoinsWhatContinuesAndSpacesTheRest) {
    EXPECT_EQ("unable to", join_word_pieces({"un", "##able", "to"}, {}));
}

TEST(WordPieceDecoder, KeepsTheMarkOfAFirstToken) {
    EXPECT_EQ("##able", join_word_pieces({"##able"}, {}));
}

TEST(WordPieceDecoder, TakesOutSpacesBeforeSigns) {
    EXPECT_EQ("a, b. c?", join_word_pieces({"a", ",", "b", ".", "c", "?"}, {}));
    EXPECT_EQ("a , b", join_word_pieces({"a", ",", "b"}, {.cleans_up = false}));
}

TEST(WordPieceDecoder, CleansEachTokenByItself) {
    // A rule that spans two tokens finds nothing: "do not" stays.
    EXPECT_EQ("we do not", join_word_pieces({"we", "do", "not"}, {}));
}

}  // namespace
}  // namespace qr
