#include "host/text/unicode.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include <algorithm>

#include "host/base/check.h"

namespace qr::unicode {
namespace {

constexpr std::uint8_t kCategoriesAge = 8;
constexpr std::uint8_t kDecompositionsAge = 9;
constexpr char32_t kBasicPlane = 0x10000;

struct Range {
    char32_t first;
    char32_t last;
};

UChar32 point(char32_t c) {
    return static_cast<UChar32>(c);
}

bool is_of_age(char32_t c, std::uint8_t age) {
    UVersionInfo version = {};
    u_charAge(point(c), version);
    return version[0] != 0 && (version[0] < age || (version[0] == age && version[1] == 0));
}

bool has_category(char32_t c, std::uint32_t mask) {
    return (U_GET_GC_MASK(point(c)) & mask) != 0 && is_of_age(c, kCategoriesAge);
}

bool is_ascii_sign(char32_t c) {
    return (c > 0x20 && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') ||
           (c > 'z' && c < 0x7F);
}

// Lower case that came after Unicode 15, which ICU 72 knows.
struct LaterCase {
    Range upper;
    char32_t lower;  // of the first
};
constexpr std::array<LaterCase, 9> kLaterCases = {{
    {{0x1C89, 0x1C89}, 0x1C8A},
    {{0xA7CB, 0xA7CB}, 0x0264},
    {{0xA7CC, 0xA7CC}, 0xA7CD},
    {{0xA7CE, 0xA7CE}, 0xA7CF},
    {{0xA7D2, 0xA7D2}, 0xA7D3},
    {{0xA7D4, 0xA7D4}, 0xA7D5},
    {{0xA7DA, 0xA7DA}, 0xA7DB},
    {{0xA7DC, 0xA7DC}, 0x019B},
    {{0x10D50, 0x10D65}, 0x10D70},
}};
constexpr LaterCase kBeriaErfe = {{0x16EA0, 0x16EB8}, 0x16EBB};

bool lies_in(char32_t c, Range range) {
    return c >= range.first && c <= range.last;
}

char32_t lower_one(char32_t c) {
    for (const LaterCase& later : kLaterCases) {
        if (lies_in(c, later.upper)) return later.lower + (c - later.upper.first);
    }
    if (lies_in(c, kBeriaErfe.upper)) return kBeriaErfe.lower + (c - kBeriaErfe.upper.first);
    return static_cast<char32_t>(u_tolower(point(c)));
}

const UNormalizer2* canonical() {
    static const UNormalizer2* const instance = [] {
        UErrorCode status = U_ZERO_ERROR;
        const UNormalizer2* found = unorm2_getNFDInstance(&status);
        QR_CHECK(U_SUCCESS(status) != 0);
        return found;
    }();
    return instance;
}

std::uint8_t compute_traits(char32_t c) {
    unsigned bits = 0;
    if (is_control(c)) bits |= kControl;
    if (is_white_space(c)) bits |= kWhiteSpace;
    if (is_punctuation(c)) bits |= kPunctuation;
    if (is_ideograph(c)) bits |= kIdeograph;
    const Sequence lower = to_lower(c);
    if (lower.size != 1 || lower.chars[0] != c) bits |= kLowers;
    const Sequence parts = decompose(c);
    const bool is_itself = parts.size == 1 && parts.chars[0] == c;
    if (!is_itself || combining_class(c) != 0 || is_nonspacing_mark(c)) bits |= kDecomposes;
    return static_cast<std::uint8_t>(bits);
}

// Of the basic plane, where nearly all text lies; the others are asked one by one.
const std::array<std::uint8_t, kBasicPlane>& basic_traits() {
    static const auto table = [] {
        std::array<std::uint8_t, kBasicPlane> made{};
        for (char32_t c = 0; c < kBasicPlane; ++c)
            made[c] = compute_traits(c);
        return made;
    }();
    return table;
}

}  // namespace

bool is_control(char32_t c) {
    if (c == '\t' || c == '\n' || c == '\r') return false;
    return has_category(c, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK);
}

bool is_white_space(char32_t c) {
    return u_isUWhiteSpace(point(c)) != 0;
}

bool is_punctuation(char32_t c) {
    if (c < 0x80) return is_ascii_sign(c);
    if (c == 0x166D || c == 0x111C9) return true;  // of other categories since Unicode 8
    return has_category(c, U_GC_P_MASK);
}

bool is_nonspacing_mark(char32_t c) {
    if (c == 0x1734) return true;  // became a spacing mark since Unicode 8, and these came
    if (c == 0x1885 || c == 0x1886 || c == 0xA9BD || c == 0x111C9) return false;
    return has_category(c, U_GC_MN_MASK);
}

bool is_ideograph(char32_t c) {
    constexpr std::array<Range, 8> kBlocks = {{
        {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF},
        {0xF900, 0xFAFF},
        {0x20000, 0x2A6DF},
        {0x2A700, 0x2B73F},
        {0x2B740, 0x2B81F},
        {0x2B920, 0x2CEAF},  // as that library has it; the block begins at U+2B820
        {0x2F800, 0x2FA1F},
    }};
    return std::ranges::any_of(kBlocks, [c](Range block) { return lies_in(c, block); });
}

Sequence to_lower(char32_t c) {
    if (c == 0x130) return {{'i', 0x307}, 2};  // the only one that becomes two
    return {{lower_one(c)}, 1};
}

Sequence decompose(char32_t c) {
    std::array<UChar, 2 * Sequence::kSizeMax> units{};
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t size = is_of_age(c, kDecompositionsAge)
                                  ? unorm2_getDecomposition(canonical(), point(c), units.data(),
                                                            std::int32_t{units.size()}, &status)
                                  : -1;
    if (size < 0) return {{c}, 1};
    QR_CHECK(U_SUCCESS(status) != 0);
    Sequence parts;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size); ++at) {
        QR_CHECK(parts.size < Sequence::kSizeMax);
        char32_t part = units[at];
        if (U16_IS_LEAD(part)) {
            ++at;
            part = static_cast<char32_t>(U16_GET_SUPPLEMENTARY(units[at - 1], units[at]));
        }
        parts.chars[parts.size++] = part;
    }
    return parts;
}

std::uint8_t combining_class(char32_t c) {
    return is_of_age(c, kDecompositionsAge) ? u_getCombiningClass(point(c)) : std::uint8_t{0};
}

std::uint8_t traits(char32_t c) {
    return c < kBasicPlane ? basic_traits()[c] : compute_traits(c);
}

}  // namespace qr::unicode
