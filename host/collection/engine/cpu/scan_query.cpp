#include "host/collection/engine/cpu/scan_query.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "host/base/check.h"
#include "host/collection/engine/cpu/rounding.h"

namespace qr::cpu {
namespace {

// Where the entries of one query stand.
class Place {
  public:
    Place(std::size_t longest, std::size_t place, std::size_t count) {
        QR_CHECK(place < count && count <= kScanQueriesMax);
        std::size_t length = run_length(count, longest);
        while (place >= first_ + length) {
            first_ += length;
            length = run_length(count - first_, longest);
        }
        length_ = length;
        index_ = place - first_;
    }

    std::byte* start(Entry entry, std::size_t groups, std::byte* tile) const {
        return tile + first_ * query_bytes(entry, groups) + index_ * start_bytes(entry);
    }
    std::byte* entry(Entry entry, std::size_t groups, std::size_t group, std::byte* tile) const {
        return tile + first_ * query_bytes(entry, groups) + length_ * start_bytes(entry) +
               (group * length_ + index_) * entry_bytes(entry);
    }

  private:
    std::size_t first_ = 0;  // query of the run
    std::size_t length_ = 0;
    std::size_t index_ = 0;  // in the run
};

float largest_of(std::span<const float> numbers) {
    float largest = 0;
    for (const float number : numbers)
        largest = std::max(largest, std::abs(number));
    return largest;
}

// The steps in a unit. int8_quad: as rows, 127 to the largest component. int16_quad: as fine as
// int16 holds, and as a sum over rows of 127 everywhere stays within int32.
double steps_of(Entry entry, std::span<const float> query) {
    const double largest{largest_of(query)};
    if (largest == 0) return 1;
    if (entry == Entry::int8_quad) return 127 / largest;
    double sum = 0;
    for (const float component : query)
        sum += std::abs(double{component});
    const double room = double{INT32_MAX} / 127 - static_cast<double>(query.size());
    return std::min(INT16_MAX / largest, room / sum * (1 - 0x1p-30));
}

// Turns components into numbers of an entry and keeps account of what that costs.
class Numbers {
  public:
    Numbers(Entry entry, std::span<const float> query) : entry_(entry), query_(query) {
        const bool is_integer = entry == Entry::int16_quad || entry == Entry::int8_quad;
        packed_.scale = is_integer ? steps_of(entry, query) : power_to_one(largest_of(query));
    }

    // Writes the number of component i, zero behind the last one.
    void write(std::size_t i, std::byte* at) {
        const double exact = i < query_.size() ? packed_.scale * double{query_[i]} : 0;
        switch (entry_) {
            case Entry::float_one:
            case Entry::float_pair:
                return put(exact, static_cast<float>(exact), at);
            case Entry::bfloat16_pair: {
                const float value = round_bfloat16(static_cast<float>(exact));
                const auto bits = std::bit_cast<std::uint32_t>(value);
                account(exact, value);
                const auto upper = static_cast<std::uint16_t>(bits >> 16);
                std::memcpy(at, &upper, sizeof upper);
                return;
            }
            case Entry::int16_quad:
                return put(exact, static_cast<std::int16_t>(std::nearbyint(exact)), at);
            case Entry::int8_quad:
                return put(exact, static_cast<std::int8_t>(std::nearbyint(exact)), at);
        }
    }

    std::int64_t sum() const { return static_cast<std::int64_t>(sum_); }
    PackedQuery packed() const {
        PackedQuery packed = packed_;
        packed.norm = norm_bound(norm2_);
        packed.residual = residual_bound(residual2_, packed.norm);
        return packed;
    }

  private:
    template <class Number>
    void put(double exact, Number number, std::byte* at) {
        account(exact, static_cast<double>(number));
        std::memcpy(at, &number, sizeof number);
    }
    void account(double exact, double number) {
        sum_ += number;
        norm2_ += number * number;
        residual2_ += (exact - number) * (exact - number);
    }

    Entry entry_;
    std::span<const float> query_;
    PackedQuery packed_;
    double sum_ = 0;
    double norm2_ = 0;
    double residual2_ = 0;
};

constexpr double kRounding = 0x1p-24;  // of float32, to nearest

// g / (1 - g) bounds the product of that many factors of 1 + kRounding; one more of them is for
// what denormals lose, which kScanNormMin makes far less than a rounding.
double of_roundings(std::size_t count) {
    const double g = static_cast<double>(count) * kRounding;
    return g / (1 - g);
}

}  // namespace

template <Dtype kType, Entry kEntry, std::size_t kLongestRun>
std::size_t QueryPacking<kType, kEntry, kLongestRun>::tile_bytes(std::size_t dimension,
                                                                 std::size_t count) {
    return count * query_bytes(kEntry, scan_groups(kType, dimension));
}

template <Dtype kType, Entry kEntry, std::size_t kLongestRun>
PackedQuery QueryPacking<kType, kEntry, kLongestRun>::pack(std::span<const float> query,
                                                           std::size_t index, std::size_t count,
                                                           std::byte* tile) {
    constexpr std::size_t kGroup = scan_group(kType);
    const std::size_t groups = scan_groups(kType, query.size());
    const Place place(kLongestRun, index, count);
    Numbers numbers(kEntry, query);
    for (std::size_t g = 0; g < groups; ++g) {
        std::byte* const entry = place.entry(kEntry, groups, g, tile);
        for (std::size_t i = 0; i < kGroup; ++i)
            numbers.write(g * kGroup + i, entry + i * (entry_bytes(kEntry) / kGroup));
    }
    if constexpr (start_bytes(kEntry) != 0) {
        const auto start = static_cast<std::int32_t>(-128 * numbers.sum());
        std::memcpy(place.start(kEntry, groups, tile), &start, sizeof start);
    }
    return numbers.packed();
}

// Scalar kernels take one query at a time, AVX2 six, AVX-512 twelve.
template struct QueryPacking<Dtype::float32, Entry::float_one, 1>;
template struct QueryPacking<Dtype::float32, Entry::float_one, 6>;
template struct QueryPacking<Dtype::float32, Entry::float_one, 12>;
template struct QueryPacking<Dtype::float16, Entry::float_pair, 1>;
template struct QueryPacking<Dtype::float16, Entry::float_pair, 6>;
template struct QueryPacking<Dtype::float16, Entry::float_pair, 12>;
template struct QueryPacking<Dtype::bfloat16, Entry::float_pair, 1>;
template struct QueryPacking<Dtype::bfloat16, Entry::float_pair, 6>;
template struct QueryPacking<Dtype::bfloat16, Entry::float_pair, 12>;
template struct QueryPacking<Dtype::bfloat16, Entry::bfloat16_pair, 12>;
template struct QueryPacking<Dtype::int8, Entry::int16_quad, 1>;
template struct QueryPacking<Dtype::int8, Entry::int16_quad, 6>;
template struct QueryPacking<Dtype::int8, Entry::int8_quad, 12>;

// Higham's bound of an inner product, whatever its order: d roundings, by Cauchy-Schwarz in units
// of |q'| |row|. Then a rounding each of the weight, of the product with it, and of denormals.
double float_chain_error(std::size_t dimension) {
    return of_roundings(dimension + 3);
}

// Products of bfloat16 are exact in float32. Their sums are rounded once a term at most, whether a
// pair meets first or each joins the sum alone; a truncation would cost two roundings to nearest.
// Denormal numbers and sums are flushed, which loses less than 2^-125 a term where the largest
// components are 1 to 2.
double dot_instruction_error(std::size_t dimension) {
    return of_roundings(2 * dimension + 3);
}

// The sum becomes a float32, takes its weight, which is rounded as well.
double integer_error(std::size_t) {
    return of_roundings(4);
}

}  // namespace qr::cpu
