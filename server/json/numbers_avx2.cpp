// Runs of common numbers by AVX2: one mask of digits tells where a number's parts lie, a shuffle
// takes its point out, and sixteen digits become one integer by four multiplications, without a
// branch on their count.
//
// After D. Lemire, "Number Parsing at a Gigabyte per Second", 2021, and W. Mula, "SIMD-ized
// conversion of digits to integers", 2014.
#include <immintrin.h>

#include "server/json/numbers_kernels.h"
#include "server/json/quick_scale.h"

namespace qr::json::kernels {
namespace {

constexpr unsigned kWholeMax = 8;
constexpr unsigned kShuffledMax = 15;  // digits that with their point fit one register
constexpr unsigned kFractionMax = 22;
constexpr std::uint64_t kHighMax = 900;  // times 10^16 it is below 2^63

struct alignas(16) Window {
    unsigned char at[32];
};

// Read from entry n on: the shuffle that moves bytes 0..n-1 to a register's end behind zeros.
consteval Window moves_to_the_end() {
    Window window{};
    for (unsigned i = 0; i < 32; ++i)
        window.at[i] = static_cast<unsigned char>(i < 16 ? 0x80 : i - 16);
    return window;
}

// Read from entry n on: the last n bytes are kept.
consteval Window keeps_the_end() {
    Window window{};
    for (unsigned i = 0; i < 32; ++i)
        window.at[i] = i < 16 ? 0x00 : 0xFF;
    return window;
}

constexpr Window kMoves = moves_to_the_end();
constexpr Window kKeeps = keeps_the_end();

__m128i read(const Window& window, unsigned from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(window.at + from));
}

// Sixteen values 0..9, the most significant in the lowest byte.
std::uint64_t sixteen_digits(__m128i values) {
    const __m128i tens = _mm_set1_epi16(10 + (1 << 8));
    const __m128i hundreds = _mm_set1_epi32(100 + (1 << 16));
    const __m128i ten_thousands = _mm_set1_epi32(10'000 + (1 << 16));
    const __m128i pairs = _mm_maddubs_epi16(values, tens);
    const __m128i fours = _mm_madd_epi16(pairs, hundreds);
    const __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), ten_thousands);
    const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
    return (both & 0xFFFFFFFF) * 100'000'000 + (both >> 32);
}

__m128i values_at(const char* text) {
    return _mm_sub_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text)),
                        _mm_set1_epi8('0'));
}

// One digit, the point and `fraction` others, 15 or more; false where that is too much.
bool long_digits(const char* text, unsigned fraction, std::uint64_t& digits) {
    if (fraction > kFractionMax) return false;
    const char* const behind_point = text + 2;
    auto high = static_cast<std::uint64_t>(*text - '0');
    for (unsigned i = 16; i < fraction; ++i)
        high = high * 10 + static_cast<std::uint64_t>(behind_point[i - 16] - '0');
    if (high > kHighMax) return false;
    const bool is_short = fraction < 16;
    const __m128i last =
        _mm_and_si128(values_at(behind_point + fraction - 16), read(kKeeps, is_short ? 15 : 16));
    const std::uint64_t weight = is_short ? 1'000'000'000'000'000 : 10'000'000'000'000'000;
    digits = high * weight + sixteen_digits(last);
    return true;
}

// The number at `text`, sign, digits, point, digits; `end` is set behind it when it is known.
QuickFloat number_at(const char* text, const char*& end) {
    const bool is_negative = *text == '-';
    text += is_negative ? 1 : 0;
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i values = _mm256_sub_epi8(bytes, _mm256_set1_epi8('0'));
    const __m256i is_digit =
        _mm256_cmpeq_epi8(_mm256_min_epu8(values, _mm256_set1_epi8(9)), values);
    const std::uint64_t others = ~static_cast<std::uint64_t>(
        static_cast<std::uint32_t>(_mm256_movemask_epi8(is_digit)));  // never zero
    const auto whole = static_cast<unsigned>(__builtin_ctzll(others));
    if (whole == 0 || whole > kWholeMax || text[whole] != '.') return {};
    const auto fraction = static_cast<unsigned>(__builtin_ctzll(others >> (whole + 1)));
    if (fraction == 0 || (*text == '0' && whole > 1)) return {};
    const unsigned count = whole + fraction;
    end = text + count + 1;
    if (!ends_number(*end)) return {};

    std::uint64_t digits = 0;
    if (count <= kShuffledMax) {
        const __m128i moves = read(kMoves, count);
        const __m128i is_behind =
            _mm_cmpgt_epi8(moves, _mm_set1_epi8(static_cast<char>(whole - 1)));
        const __m128i around_the_point = _mm_sub_epi8(moves, is_behind);  // is_behind is -1
        digits = sixteen_digits(_mm_shuffle_epi8(_mm256_castsi256_si128(values), around_the_point));
    } else if (whole != 1 || !long_digits(text, fraction, digits)) {
        return {};
    }
    return scale(digits, -static_cast<int>(fraction), is_negative);
}

}  // namespace

Run common_floats_avx2(const char* text, float* out, std::size_t room) {
    for (std::size_t count = 0; count < room; ++count) {
        const char* end = nullptr;
        const QuickFloat number = number_at(text, end);
        if (!number.is_known) return {count, text, false};
        out[count] = number.value;
        if (*end != ',') return {count + 1, end, true};
        text = end + (end[1] == ' ' ? 2 : 1);
    }
    return {room, text, false};
}

}  // namespace qr::json::kernels
