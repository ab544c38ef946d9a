// Numbers as JSON writes them: the grammar, and a quick way to float32 for the common ones.
//
// The quick way takes up to 18 digits eight at a time and scales them by an exact power of ten. It
// answers only when it can prove that the nearest double, rounded to float32, is its answer; what
// it leaves is simdjson's business.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace qr::json {

// RFC 8259, section 6.
bool is_number(std::string_view lexeme);

struct QuickFloat {
    float value = 0;
    bool is_known = false;  // false: read it the long way
};

// The number at `text`, of which 64 bytes must be readable. Known only if it is a whole JSON number
// followed by white space, ',', ']' or '}'.
QuickFloat quick_float(const char* text);

struct QuickRun {
    std::size_t count = 0;    // numbers read
    bool ends_array = false;  // directly behind the last of them is a ']'
};

// Reads an array's numbers from the one at `text` on into `out`: until there is one that
// quick_float() does not know, something else than ',' and a little white space follows, or `out`
// is full. 64 bytes must be readable from any place of the text on, and something that is no number
// must end it, as the '}' of a document does: nothing else keeps a run from leaving the text.
QuickRun quick_floats(const char* text, std::span<float> out);

}  // namespace qr::json
