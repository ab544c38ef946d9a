// Characters as the `tokenizers` library sees them, which is with tables of several ages.
//
// Its categories are those of Unicode 8 and its decompositions those of Unicode 9, frozen in the
// crates it is built on; white space and lower case are those of Rust's standard library, Unicode
// 17. A text must fall into the same tokens here as where a model was trained, so the same ages are
// kept, over ICU's tables. unicode_test.cpp holds every code point to what that library does.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace qr::unicode {

bool is_control(
    char32_t c);  // other, control, format or private use; but no white space below U+20
bool is_white_space(char32_t c);
bool is_punctuation(char32_t c);  // and every ASCII sign that is neither letter nor digit
bool is_nonspacing_mark(char32_t c);
bool is_ideograph(char32_t c);  // the blocks of CJK that BERT sets apart, not all that exist

// A few code points by value: what one character becomes.
struct Sequence {
    static constexpr std::size_t kSizeMax = 4;
    std::array<char32_t, kSizeMax> chars{};
    std::size_t size = 0;
};

Sequence to_lower(char32_t c);
Sequence decompose(char32_t c);  // canonical and full
std::uint8_t combining_class(char32_t c);

// What a character needs done, all of the above in one look.
enum Trait : std::uint8_t {
    kControl = 1,
    kWhiteSpace = 2,
    kPunctuation = 4,
    kIdeograph = 8,
    kLowers = 16,      // to_lower() changes it
    kDecomposes = 32,  // decompose() changes it, or its combining class is not 0, or it is a mark
};
std::uint8_t traits(char32_t c);

}  // namespace qr::unicode
