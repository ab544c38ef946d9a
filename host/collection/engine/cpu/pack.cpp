// Rows into planes. Every group of a row is one 32-bit word, whatever its type, so that a plane is
// a matrix of words [groups][kBlockRows], and packing is converting numbers and transposing words.
//
// At start-up every vector of the server passes here. The loops take kStep numbers at a time, with
// as many sums side by side, for the compiler to vectorise.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "host/base/check.h"
#include "host/collection/engine/cpu/rounding.h"
#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {
namespace {

constexpr std::size_t kStep = 8;
constexpr std::size_t kChunk =
    64;  // components of each row before the next row's: a few cache lines

// Sums of squares: of the numbers in the plane, and of what they differ by.
struct Squares {
    std::array<double, kStep> number{};
    std::array<double, kStep> difference{};
};

double total(const std::array<double, kStep>& sums) {
    double sum = 0;
    for (const double one : sums)
        sum += one;
    return sum;
}

// A format's `convert` turns kStep components into numbers of the plane.
struct AsTheyAre {
    using Number = float;
    static double scale(float) { return 1; }
    static void convert(const float* components, double, Number* numbers, Squares& squares) {
        for (std::size_t j = 0; j < kStep; ++j) {
            numbers[j] = components[j];
            squares.number[j] += double{components[j]} * double{components[j]};
        }
    }
};

struct Rounded {
    double value;
    std::uint16_t bits;
};

// Numbers of 16 bits, by a rounding of float32.
template <Rounded (*kRound)(float), int kExponent>
struct Halves {
    using Number = std::uint16_t;
    static double scale(float largest) { return std::ldexp(power_to_one(largest), kExponent); }
    static void convert(const float* components, double scale, Number* numbers, Squares& squares) {
        for (std::size_t j = 0; j < kStep; ++j) {
            const double exact = double{components[j]} * scale;
            const Rounded rounded = kRound(static_cast<float>(exact));
            numbers[j] = rounded.bits;
            squares.number[j] += rounded.value * rounded.value;
            squares.difference[j] += (exact - rounded.value) * (exact - rounded.value);
        }
    }
};

inline Rounded to_bfloat16(float value) {
    const float rounded = round_bfloat16(value);
    return {double{rounded},
            static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(rounded) >> 16)};
}

// Below 2^15, without branches.
inline Rounded to_float16(float value) {
    constexpr std::uint32_t kMagnitude = 0x7FFFFFFFU;
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t magnitude = bits & kMagnitude;
    const std::uint32_t normal = (magnitude + 0xFFFU + ((magnitude >> 13) & 1U)) & ~0x1FFFU;
    // One half's last place is 2^-24, float16's smallest step.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    const auto subnormal = std::bit_cast<std::uint32_t>(shifted - 0.5F);
    const bool is_normal = magnitude >= 0x38800000U;  // 2^-14
    const std::uint32_t sign = bits & ~kMagnitude;
    const std::uint32_t half = is_normal ? (normal >> 13) - (112U << 10)
                                         : std::bit_cast<std::uint32_t>(shifted) - 0x3F000000U;
    const float rounded = std::bit_cast<float>(sign | (is_normal ? normal : subnormal));
    return {double{rounded}, static_cast<std::uint16_t>((sign >> 16) | half)};
}

struct Steps {
    using Number = std::int8_t;
    static double scale(float largest) { return largest > 0 ? 127 / double{largest} : 1; }
    static void convert(const float* components, double scale, Number* numbers, Squares& squares) {
        constexpr double kToInteger = 0x1.8p52;  // adding it leaves no bits behind the point
        for (std::size_t j = 0; j < kStep; ++j) {
            const double exact = double{components[j]} * scale;
            const double number = (exact + kToInteger) - kToInteger;
            numbers[j] = static_cast<Number>(static_cast<std::int32_t>(number));
            squares.number[j] += number * number;
            squares.difference[j] += (exact - number) * (exact - number);
        }
    }
};

float largest_of(std::span<const float> row) {
    std::array<float, kStep> largest{};
    std::size_t i = 0;
    for (; i + kStep <= row.size(); i += kStep) {
        for (std::size_t j = 0; j < kStep; ++j) {
            const float magnitude = std::abs(row[i + j]);
            largest[j] = magnitude > largest[j] ? magnitude : largest[j];
        }
    }
    for (; i < row.size(); ++i)
        largest[0] = std::max(largest[0], std::abs(row[i]));
    return *std::max_element(largest.begin(), largest.end());
}

// One chunk of every row, as words.
template <class Format>
using Words =
    std::array<std::array<std::uint32_t, kChunk * sizeof(typename Format::Number) / 4>, kBlockRows>;

template <class Format>
void convert_chunk(std::span<const float> components, double scale, std::uint32_t* words,
                   Squares& squares) {
    typename Format::Number numbers[kChunk];
    float padded[kChunk];
    const float* from = components.data();
    const std::size_t steps = (components.size() + kStep - 1) / kStep;
    if (components.size() < kChunk) {
        std::fill_n(std::copy(components.begin(), components.end(), padded),
                    kChunk - components.size(), 0.0F);
        from = padded;
    }
    for (std::size_t s = 0; s < steps; ++s)
        Format::convert(from + s * kStep, scale, numbers + s * kStep, squares);
    std::memcpy(words, numbers, steps * kStep * sizeof numbers[0]);
}

template <class Format>
void store_words(const Words<Format>& words, std::size_t rows, std::size_t groups,
                 std::byte* plane) {
    for (std::size_t g = 0; g < groups; ++g) {
        for (std::size_t r = 0; r < rows; ++r)
            std::memcpy(plane + g * kGroupBytes + r * 4, &words[r][g], 4);
    }
}

template <class Format>
void pack(const MatrixView& rows, std::size_t first_lane, std::byte* plane,
          std::span<PackedRow> packed) {
    constexpr std::size_t kChunkGroups = std::tuple_size_v<typename Words<Format>::value_type>;
    constexpr std::size_t kGroup = kChunk / kChunkGroups;
    std::array<Squares, kBlockRows> squares{};
    Words<Format> words;
    for (std::size_t r = 0; r < rows.rows; ++r)
        packed[r].scale = Format::scale(largest_of(rows.row(r)));
    for (std::size_t i = 0; i < rows.dimension; i += kChunk) {
        const std::size_t length = std::min(kChunk, rows.dimension - i);
        for (std::size_t r = 0; r < rows.rows; ++r)
            convert_chunk<Format>(rows.row(r).subspan(i, length), packed[r].scale, words[r].data(),
                                  squares[r]);
        store_words<Format>(words, rows.rows, (length + kGroup - 1) / kGroup,
                            plane + i / kGroup * kGroupBytes + first_lane * 4);
    }
    for (std::size_t r = 0; r < rows.rows; ++r) {
        packed[r].norm = norm_bound(total(squares[r].number));
        packed[r].residual = residual_bound(total(squares[r].difference), packed[r].norm);
    }
}

}  // namespace

void pack_rows(Dtype scan, const MatrixView& rows, std::size_t first_lane, std::byte* plane,
               std::span<PackedRow> packed) {
    QR_CHECK(first_lane + rows.rows <= kBlockRows && packed.size() == rows.rows);
    switch (scan) {
        case Dtype::float32:
            pack<AsTheyAre>(rows, first_lane, plane, packed);
            for (PackedRow& row : packed)
                row.residual = 0;
            return;
        case Dtype::float16:
            return pack<Halves<to_float16, 14>>(rows, first_lane, plane, packed);
        case Dtype::bfloat16:
            return pack<Halves<to_bfloat16, 0>>(rows, first_lane, plane, packed);
        case Dtype::int8:
            return pack<Steps>(rows, first_lane, plane, packed);
    }
}

void unpack_row(const std::byte* plane, std::size_t lane, std::span<float> row) {
    QR_CHECK(lane < kBlockRows);
    for (std::size_t i = 0; i < row.size(); ++i)
        std::memcpy(&row[i], plane + i * kGroupBytes + lane * 4, sizeof(float));
}

}  // namespace qr::cpu
