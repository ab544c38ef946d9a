#include "server/json/numbers.h"

#include <emmintrin.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "host/base/cpu_features.h"
#include "server/json/numbers_kernels.h"
#include "server/json/quick_scale.h"

namespace qr::json {
namespace {

constexpr std::size_t kWhiteSpaceMax = 32;  // skipped at a time
constexpr std::size_t kDigitsMax = 18;      // that always fit 63 bits: quicker to convert than 64
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

// quick_float(), and where the number ends.
QuickFloat read_quick(const char* text, const char*& end) {
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
    end = text;
    return scale(digits, power, is_negative);
}

// Behind a ','.
const char* skip_white_space(const char* text) {
    for (std::size_t i = 0; i < kWhiteSpaceMax && is_white_space(*text); ++i)
        ++text;
    return text;
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
    const char* end = nullptr;
    return read_quick(text, end);
}

QuickRun quick_floats(const char* text, std::span<float> out) {
    static const bool has_avx2 = is_supported(InstructionSet::avx2);
    std::size_t count = 0;
    while (true) {
        if (has_avx2) {
            const std::span<float> rest = out.subspan(count);
            const kernels::Run run = kernels::common_floats_avx2(text, rest.data(), rest.size());
            count += run.count;
            if (run.has_ended) return {count, *run.at == ']'};
            text = skip_white_space(run.at);
        }
        if (count == out.size()) return {count, false};
        const char* end = nullptr;
        const QuickFloat number = read_quick(text, end);
        if (!number.is_known) return {count, false};
        out[count++] = number.value;
        if (*end != ',') return {count, *end == ']'};
        text = skip_white_space(end + 1);
    }
}

}  // namespace qr::json
