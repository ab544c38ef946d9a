#include "host/text/bert_words.h"

#include <algorithm>

#include "host/text/unicode.h"
#include "host/text/utf8_reader.h"

namespace qr {

void BertWords::start(const BertOptions& options, std::size_t chars_max, std::string_view text,
                      std::size_t first_char) {
    options_ = options;
    chars_max_ = chars_max;
    text_ = text;
    offset_ = 0;
    index_ = first_char;
    marks_.clear();
    mark_origins_.clear();
    starter_origin_ = first_char;
    ready_.clear();
    taken_ = 0;
}

const Word* BertWords::next() {
    clear_word();
    do {
        while (taken_ < ready_.size()) {
            if (take(ready_[taken_])) return &word_;
        }
        ready_.clear();
        taken_ = 0;
    } while (read());
    return word_.chars > 0 ? &word_ : nullptr;
}

// One character of the text; at its end what still waits. False: there is no more.
bool BertWords::read() {
    if (offset_ == text_.size()) {
        const bool had_marks = !marks_.empty();
        release_marks();
        return had_marks;
    }
    const char32_t c = next_char(text_, offset_);
    clean(c, index_++);
    return true;
}

void BertWords::clean(char32_t c, std::size_t origin) {
    unsigned traits = unicode::traits(c);
    if (options_.clean_text) {
        if (c == 0 || c == 0xFFFD || (traits & unicode::kControl) != 0) return;
        if ((traits & unicode::kWhiteSpace) != 0) {
            c = ' ';
            traits = unicode::kWhiteSpace;
        }
    }
    const bool is_apart = options_.handle_chinese_chars && (traits & unicode::kIdeograph) != 0;
    if (is_apart) decompose(' ', 0, origin);
    decompose(c, traits, origin);
    if (is_apart) decompose(' ', 0, origin);
}

void BertWords::decompose(char32_t c, unsigned traits, std::size_t origin) {
    if (!options_.strip_accents) {
        lower(c, origin);
        return;
    }
    if ((traits & unicode::kDecomposes) == 0) {
        release_marks();
        starter_origin_ = origin;
        lower(c, origin);
        return;
    }
    const unicode::Sequence parts = unicode::decompose(c);
    for (std::size_t i = 0; i < parts.size; ++i)
        order(parts.chars[i], i > 0, origin);
}

void BertWords::order(char32_t c, bool is_inserted, std::size_t origin) {
    const unsigned char combining_class = unicode::combining_class(c);
    if (combining_class != 0) {
        marks_.push_back({c, combining_class, is_inserted});
        if (!is_inserted) mark_origins_.push_back(origin);
        return;
    }
    release_marks();
    starter_origin_ = origin;
    if (!unicode::is_nonspacing_mark(c)) lower(c, origin);
}

// In canonical order, without those that accents are. Each takes the place in the text of the next
// mark there, whichever that was: so `tokenizers` counts them.
void BertWords::release_marks() {
    if (marks_.empty()) return;
    if (marks_.size() > 1) std::ranges::stable_sort(marks_, {}, &Mark::combining_class);
    std::size_t origin = starter_origin_;
    std::size_t placed = 0;
    for (const Mark& mark : marks_) {
        if (!mark.is_inserted) origin = mark_origins_[placed++];
        if (!unicode::is_nonspacing_mark(mark.c)) lower(mark.c, origin);
    }
    marks_.clear();
    mark_origins_.clear();
}

void BertWords::lower(char32_t c, std::size_t origin) {
    if (!options_.lowercase || (unicode::traits(c) & unicode::kLowers) == 0) {
        ready_.push_back({c, origin});
        return;
    }
    const unicode::Sequence parts = unicode::to_lower(c);
    for (std::size_t i = 0; i < parts.size; ++i)
        ready_.push_back({parts.chars[i], origin});
}

// True: the word is whole, with or without that character.
bool BertWords::take(NormalChar next) {
    const unsigned traits = unicode::traits(next.c);
    if ((traits & unicode::kWhiteSpace) != 0) {
        ++taken_;
        return word_.chars > 0;
    }
    const bool is_punctuation = (traits & unicode::kPunctuation) != 0;
    if (is_punctuation && word_.chars > 0) return true;
    ++taken_;
    append(next);
    return is_punctuation;
}

void BertWords::append(NormalChar next) {
    if (word_.chars++ == 0) word_.first_origin = next.origin;
    word_.last_origin = next.origin;
    if (word_.origins.size() == chars_max_) return;
    append_utf8(next.c, word_.bytes);
    word_.origins.push_back(next.origin);
}

void BertWords::clear_word() {
    word_.bytes.clear();
    word_.origins.clear();
    word_.chars = 0;
}

}  // namespace qr
