// Greedy WordPiece: a word becomes the longest pieces of the vocabulary, from its front.
//
// A word that no pieces make up, or that is too long, is one unknown token. After the first piece
// only continuations ("##ing") count. Immutable once made.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/text/vocabulary.h"

namespace qr {

struct WordPieceSpec {
    struct Entry {
        std::string text;
        std::uint32_t id = 0;
    };
    std::vector<Entry> entries;
    std::string continuation_prefix = "##";
    std::uint32_t unknown_id = 0;
    std::size_t word_chars_max = 100;
};

struct WordPieceToken {
    std::uint32_t id = 0;
    std::size_t stop = 0;  // of its bytes in the word; it begins where the one before stops
};

class WordPiece {
  public:
    explicit WordPiece(const WordPieceSpec& spec);

    // Appends the tokens of a word of at least one byte, of which PieceTable::kReadAhead more can
    // be read, and of no more characters than word_chars_max().
    void append(const char* word, std::size_t size, std::vector<std::uint32_t>& ids) const;
    // The same with their places; none for an unknown word.
    std::vector<WordPieceToken> split(const std::string& word) const;
    std::uint32_t find(char word) const;  // the token of a word of one byte

    std::uint32_t unknown_id() const { return unknown_id_; }
    std::size_t word_chars_max() const { return word_chars_max_; }

  private:
    template <std::invocable<WordPieceToken> Take>
    bool cut(const char* word, std::size_t size, Take take) const;

    PieceTable firsts_;
    PieceTable continuations_;
    std::uint32_t unknown_id_;
    std::size_t word_chars_max_;
};

}  // namespace qr
