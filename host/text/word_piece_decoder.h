// Tokens back to text, as the WordPiece decoder of `tokenizers` does it.
#pragma once

#include <string>
#include <vector>

namespace qr {

struct WordPieceDecoding {
    std::string prefix = "##";  // of what continues the token before it
    bool cleans_up = true;      // takes out the space before signs and English contractions
};

std::string join_word_pieces(const std::vector<std::string>& tokens,
                             const WordPieceDecoding& decoding);

}  // namespace qr
