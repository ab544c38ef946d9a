#include "server/json/numbers.h"

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace qr::json {
namespace {

constexpr int kPowerMax = 22;  // 10^22 is the largest power of ten that a double holds exactly
constexpr std::size_t kDigitsMax = 18;  // that always fit 63 bits: quicker to convert than 64
constexpr std::uint64_t kExactMax = std::uint64_t{1} << 53;

constexpr std::array<double, kPowerMax + 1> powers_of_ten() {
    std::array<double, kPowerMax + 1> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i)
        powers[i] = powers[i - 1] * 10;
    return powers;
}
constexpr std::array<double, kPowerMax + 1> kPowers = powers_of_ten();
constexpr std::array<std::uint64_t, 9> kShift = {1,       10,        100,        1000,       10'000,
                                                 100'000, 1'000'000, 10'000'000, 100'000'000};

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

// At most 32: more digits than that nobody here takes.
std::size_t count_digits(const char* text) {
    std::size_t count = 0;
    for (int half = 0; half < 2; ++half) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + count));
        const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        const __m128i is_ten = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
        const auto mask = static_cast<std::uint32_t>(_mm_movemask_epi8(is_ten));
        const auto run = static_cast<std::size_t>(std::countr_one(mask));
        count += run;
        if (run < 16) break;
    }
    return count;
}

std::size_t count_zeros(const char* text) {
    std::size_t count = 0;
    while (count < static_cast<std::size_t>(kPowerMax) && text[count] == '0')
        ++count;
    return count;
}

// Eight digits, the first in the lowest byte; bytes of zero count as leading zeros. Adds
// neighbours in pairs, then pairs of pairs, within one register.
std::uint64_t eight_digits(std::uint64_t bytes) {
    const std::uint64_t digits = bytes & 0x0F0F0F0F0F0F0F0F;
    const std::uint64_t pairs = digits * 10 + (digits >> 8);
    constexpr std::uint64_t kEvenPairs = 0x000000FF000000FF;
    constexpr std::uint64_t kTo8 = 100 + (std::uint64_t{1'000'000} << 32);
    constexpr std::uint64_t kTo6 = 1 + (std::uint64_t{10'000} << 32);
    return ((pairs & kEvenPairs) * kTo8 + ((pairs >> 16) & kEvenPairs) * kTo6) >> 32;
}

std::uint64_t load8(const char* text) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text, sizeof bytes);
    return bytes;
}

// Appends the decimal digits text[0, count) to `value`; count >= 1.
std::uint64_t append_digits(std::uint64_t value, const char* text, std::size_t count) {
    for (; count > 8; count -= 8, text += 8)
        value = value * kShift[8] + eight_digits(load8(text));
    return value * kShift[count] + eight_digits(load8(text) << (8 * (8 - count)));
}

bool ends_number(char character) {
    return character == ',' || character == ']' || character == '}' || character == ' ' ||
           character == '\n' || character == '\r' || character == '\t';
}

// What follows 'e': at most three digits, else the caller's long way.
const char* read_exponent(const char* text, int& power) {
    const bool is_negative = *text == '-';
    if (*text == '-' || *text == '+') ++text;
    int exponent = 0;
    const char* start = text;
    for (; is_digit(*text) && text - start < 3; ++text)
        exponent = exponent * 10 + (*text - '0');
    power += is_negative ? -exponent : exponent;
    return text == start ? nullptr : text;
}

// digits * 10^power, if it can be told. Up to 2^53 one division or product of exact values gives
// the nearest double (W. Clinger, "How to Read Floating Point Numbers Accurately", 1990). Beyond,
// the conversion adds a second rounding, and both together stay within 2^-51: when both ends of a
// wider interval round to one float32, so does the nearest double in between.
QuickFloat scale(std::uint64_t digits, int power, bool is_negative) {
    if (power < -kPowerMax || power > kPowerMax) return {};
    const auto whole = static_cast<double>(static_cast<std::int64_t>(digits));
    const double nearest = power < 0 ? whole / kPowers[static_cast<std::size_t>(-power)]
                                     : whole * kPowers[static_cast<std::size_t>(power)];
    const auto value = static_cast<float>(nearest);
    if (digits > kExactMax) {
        constexpr double kSlack = 0x1p-50;
        const auto low = static_cast<float>(nearest * (1 - kSlack));
        const auto high = static_cast<float>(nearest * (1 + kSlack));
        if (low != high) return {};
    }
    // By its bit: a branch on the sign of random numbers is wrong half of the time.
    const std::uint32_t sign = static_cast<std::uint32_t>(is_negative) << 31;
    return {std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) ^ sign), true};
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
    while (at < text.size() && is_digit(text[at]))
        ++at;
    return at;
}

bool has_at(std::string_view text, std::size_t at, std::string_view any_of) {
    return at < text.size() && any_of.find(text[at]) != std::string_view::npos;
}

}  // namespace

bool is_number(std::string_view lexeme) {
    const std::size_t start = has_at(lexeme, 0, "-") ? 1 : 0;
    std::size_t at = skip_digits(lexeme, start);
    if (at == start || (lexeme[start] == '0' && at > start + 1)) return false;
    if (has_at(lexeme, at, ".")) {
        const std::size_t fraction = at + 1;
        at = skip_digits(lexeme, fraction);
        if (at == fraction) return false;
    }
    if (has_at(lexeme, at, "eE")) {
        const std::size_t exponent = at + (has_at(lexeme, at + 1, "+-") ? 2 : 1);
        at = skip_digits(lexeme, exponent);
        if (at == exponent) return false;
    }
    return at == lexeme.size();
}

QuickFloat quick_float(const char* text) {
    const bool is_negative = *text == '-';
    text += is_negative ? 1 : 0;
    const char* start = text;
    std::uint64_t digits = 0;
    for (; is_digit(*text) && text - start < 8; ++text)
        digits = digits * 10 + static_cast<std::uint64_t>(*text - '0');
    const auto whole = static_cast<std::size_t>(text - start);
    if (whole == 0 || (*start == '0' && whole > 1)) return {};
    int power = 0;
    if (*text == '.') {
        const std::size_t count = count_digits(++text);
        if (count == 0 || count > static_cast<std::size_t>(kPowerMax)) return {};
        if (whole + count > kDigitsMax) {
            const std::size_t leading = digits == 0 ? whole + count_zeros(text) : 0;
            if (whole + count - leading > kDigitsMax) return {};
        }
        digits = append_digits(digits, text, count);
        text += count;
        power = -static_cast<int>(count);
    }
    if (*text == 'e' || *text == 'E') {
        text = read_exponent(text + 1, power);
        if (text == nullptr) return {};
    }
    if (!ends_number(*text)) return {};
    return scale(digits, power, is_negative);
}

}  // namespace qr::json
