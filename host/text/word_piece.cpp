#include "host/text/word_piece.h"

namespace qr {
namespace {

std::vector<PieceTable::Piece> pieces_after(const std::string& prefix, const WordPieceSpec& spec) {
    std::vector<PieceTable::Piece> pieces;
    for (const WordPieceSpec::Entry& entry : spec.entries) {
        const std::string_view text = entry.text;
        if (text.starts_with(prefix) && text.size() > prefix.size())
            pieces.push_back({text.substr(prefix.size()), entry.id});
    }
    return pieces;
}

}  // namespace

WordPiece::WordPiece(const WordPieceSpec& spec)
    : firsts_(pieces_after({}, spec)),
      continuations_(pieces_after(spec.continuation_prefix, spec)),
      unknown_id_(spec.unknown_id),
      word_chars_max_(spec.word_chars_max) {}

// False: some part of the word is no piece.
template <std::invocable<WordPieceToken> Take>
bool WordPiece::cut(const char* word, std::size_t size, Take take) const {
    PieceTable::Match match = firsts_.longest(word, size);
    std::size_t at = 0;
    while (match.id != PieceTable::kNone) {
        at += match.size;
        take(WordPieceToken{match.id, at});
        if (at == size) return true;
        match = continuations_.longest(word + at, size - at);
    }
    return false;
}

void WordPiece::append(const char* word, std::size_t size, std::vector<std::uint32_t>& ids) const {
    const std::size_t before = ids.size();
    if (cut(word, size, [&ids](WordPieceToken token) { ids.push_back(token.id); })) return;
    ids.resize(before);
    ids.push_back(unknown_id_);
}

std::vector<WordPieceToken> WordPiece::split(const std::string& word) const {
    std::string padded = word;
    padded.append(PieceTable::kReadAhead, '\0');
    std::vector<WordPieceToken> tokens;
    const bool is_known = cut(padded.data(), word.size(),
                              [&tokens](WordPieceToken token) { tokens.push_back(token); });
    if (!is_known) tokens.clear();
    return tokens;
}

std::uint32_t WordPiece::find(char word) const {
    const std::vector<WordPieceToken> tokens = split(std::string(1, word));
    return tokens.empty() ? unknown_id_ : tokens.front().id;
}

}  // namespace qr
