// Numbers as JSON writes them: the grammar, and a quick way to float32 for the common ones.
//
// The quick way takes up to 18 digits eight at a time and scales them by an exact power of ten. It
// answers only when it can prove that the nearest double, rounded to float32, is its answer; what
// it leaves is simdjson's business.
#pragma once

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

}  // namespace qr::json
