// The words of a text as BERT's normalizer and pre-tokenizer make them, one after another.
//
// Cleaned, ideographs set apart, decomposed and rid of accents, lowered, split at white space and
// around punctuation; all of it in one pass that reads no further than the word it returns. Every
// character of a word knows which character of the text it came from. This is the path for every
// text; ascii_words.h is a quick one for what has no byte above 0x7F.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace qr {

struct BertOptions {
    bool clean_text = true;
    bool handle_chinese_chars = true;
    bool strip_accents = true;
    bool lowercase = true;
};

struct Word {
    std::string bytes;                 // UTF-8, of at most as many characters as a word may have
    std::vector<std::size_t> origins;  // of each of those
    std::size_t chars = 0;             // in all; more than origins.size(): the word is too long
    std::size_t first_origin = 0;
    std::size_t last_origin = 0;

    bool is_cut() const { return chars > origins.size(); }
};

class BertWords {
  public:
    // Begins a text, whose first character counts as number `first_char`; what is no UTF-8 counts
    // as U+FFFD. Words keep their first `chars_max` characters.
    void start(const BertOptions& options, std::size_t chars_max, std::string_view text,
               std::size_t first_char = 0);
    // The next word, valid until the next call; null after the last.
    const Word* next();

  private:
    struct NormalChar {
        char32_t c = 0;
        std::size_t origin = 0;
    };
    struct Mark {
        char32_t c = 0;
        unsigned char combining_class = 0;
        bool is_inserted = false;  // not the first of its character's parts
    };

    bool read();
    void clean(char32_t c, std::size_t origin);
    void decompose(char32_t c, unsigned traits, std::size_t origin);
    void order(char32_t c, bool is_inserted, std::size_t origin);
    void release_marks();
    void lower(char32_t c, std::size_t origin);
    bool take(NormalChar next);
    void append(NormalChar next);
    void clear_word();

    BertOptions options_;
    std::size_t chars_max_ = 0;
    std::string_view text_;
    std::size_t offset_ = 0;  // in the text, bytes
    std::size_t index_ = 0;   // of the next character
    // Marks that wait for the next starter, and the characters that they came from.
    std::vector<Mark> marks_;
    std::vector<std::size_t> mark_origins_;
    std::size_t starter_origin_ = 0;
    std::vector<NormalChar> ready_;
    std::size_t taken_ = 0;  // of ready_
    Word word_;
};

}  // namespace qr
