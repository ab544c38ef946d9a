#include "server/cli/display_width.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <cstdint>

namespace qr::cli {
namespace {

constexpr UChar32 kReplacement = 0xfffd;  // for a byte that is not UTF-8

std::size_t width_of(UChar32 character) {
    const auto category = static_cast<UCharCategory>(u_charType(character));
    if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK ||
        category == U_FORMAT_CHAR) {
        return 0;
    }
    const int width = u_getIntPropertyValue(character, UCHAR_EAST_ASIAN_WIDTH);
    return width == U_EA_WIDE || width == U_EA_FULLWIDTH ? 2 : 1;
}

// The character at `offset`, which moves behind it.
UChar32 next(std::string_view text, std::size_t& offset) {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    UChar32 character = kReplacement;
    U8_NEXT_OR_FFFD(bytes, offset, text.size(), character);
    return character;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t offset = 0; offset < text.size();)
        width += width_of(next(text, offset));
    return width;
}

std::string_view prefix_of_width(std::string_view text, std::size_t columns) {
    std::size_t width = 0;
    std::size_t end = 0;
    for (std::size_t offset = 0; offset < text.size(); end = offset) {
        width += width_of(next(text, offset));
        if (width > columns) break;
    }
    return text.substr(0, end);
}

}  // namespace qr::cli
