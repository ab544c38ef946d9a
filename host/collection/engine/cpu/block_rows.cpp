#include "host/collection/engine/cpu/block_rows.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "host/base/check.h"

namespace qr::cpu {
namespace {

// Norms of rows whose dot products the kernels' bound holds for, as kScanNormMin and kScanNormMax
// are of rows in their plane: estimates are then well within what float32 represents.
constexpr double kDotNormMin = 0x1p-60;
constexpr double kDotNormMax = 0x1p60;

double norm_of(std::span<const float> row) {
    double sum = 0;
    for (const float component : row)
        sum += static_cast<double>(component) * static_cast<double>(component);
    return std::sqrt(sum);
}

// The bits of a number that the type holds.
std::uint16_t bfloat16_bits(float value) {
    return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
}
std::uint16_t float16_bits(float value) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t sign = (bits >> 16) & 0x8000U;
    const std::uint32_t exponent = (bits >> 23) & 0xFFU;
    if (exponent < 113) {  // zero, or subnormal in float16: a multiple of 2^-24
        return static_cast<std::uint16_t>(sign |
                                          static_cast<std::uint32_t>(std::fabs(value) * 0x1p24F));
    }
    return static_cast<std::uint16_t>(sign | ((exponent - 112) << 10) | ((bits >> 13) & 0x3FFU));
}
std::uint16_t bits_of(Dtype storage, float value) {
    return storage == Dtype::bfloat16 ? bfloat16_bits(value) : float16_bits(value);
}

std::byte* component_at(const BlockPlace& place, std::size_t lane, std::size_t i) {
    return place.plane() + i / 2 * kGroupBytes + lane * 4 + i % 2 * 2;
}

// Over what scaling made of it: a row of the plane's own type, as it is.
void write_as_it_is(const BlockShape& shape, const BlockPlace& place, std::size_t lane,
                    std::span<const float> row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::uint16_t bits = bits_of(shape.storage, row[i]);
        std::memcpy(component_at(place, lane, i), &bits, sizeof bits);
    }
}

void write_truth(const BlockShape& shape, const BlockPlace& place, std::size_t lane,
                 std::span<const float> row) {
    const std::size_t width = info(shape.storage).width;
    std::byte* const to = place.truth + lane * shape.dimension * width;
    if (shape.storage == Dtype::float32) {
        std::memcpy(to, row.data(), row.size() * width);
        return;
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::uint16_t bits = bits_of(shape.storage, row[i]);
        std::memcpy(to + i * width, &bits, width);
    }
}

bool is_within(double norm, double lowest, double highest) {
    return norm >= lowest && norm <= highest;
}

// The weight of a row, NaN without one, and its share of the block's bound.
void weigh(const BlockPlace& place, std::size_t lane, const PackedRow& packed, double norm) {
    BlockHead& head = place.head();
    const bool is_scanned = is_within(packed.norm, kScanNormMin, kScanNormMax);
    const bool is_dotted = is_scanned && is_within(norm, kDotNormMin, kDotNormMax);
    const double weights[kWeightings] = {1 / (packed.scale * norm), 1 / packed.scale};
    const bool has_weight[kWeightings] = {is_scanned, is_dotted};
    for (std::size_t w = 0; w < kWeightings; ++w) {
        head.weights[w][lane] = has_weight[w] ? static_cast<float>(weights[w])
                                              : std::numeric_limits<float>::quiet_NaN();
        if (has_weight[w]) head.bounds[w].include(head.weights[w][lane], packed);
    }
}

// Whether the plane must give back a row that its own scaling would change, or whose scale could
// not be read off its weight.
bool must_stay_as_it_is(const BlockShape& shape, const PackedRow& packed, double norm) {
    return shape.scan == shape.storage && shape.scan != Dtype::float32 &&
           (packed.residual > 0 || !is_within(norm, kDotNormMin, kDotNormMax));
}

}  // namespace

void clear_block(const BlockShape& shape, const BlockPlace& place) {
    std::memset(place.plane(), 0, scan_plane_bytes(shape.scan, shape.dimension));
    std::memset(place.scan, 0, sizeof(BlockHead));
}

void copy_block(const BlockShape& shape, const BlockPlace& from, const BlockPlace& to) {
    std::memcpy(to.scan, from.scan, shape.scan_bytes());
    if (shape.has_truth()) std::memcpy(to.truth, from.truth, shape.truth_bytes());
}

void add_rows(const BlockShape& shape, const BlockPlace& place, const MatrixView& rows,
              std::span<const std::uint64_t> numbers) {
    BlockHead& head = place.head();
    const std::size_t first = head.used;
    QR_CHECK(first + rows.rows <= kBlockRows && numbers.size() == rows.rows);
    std::array<PackedRow, kBlockRows> packed;
    pack_rows(shape.scan, rows, first, place.plane(), std::span(packed).first(rows.rows));
    for (std::size_t i = 0; i < rows.rows; ++i) {
        const std::span<const float> row = rows.row(i);
        const double norm = norm_of(row);
        if (must_stay_as_it_is(shape, packed[i], norm)) {
            write_as_it_is(shape, place, first + i, row);
            packed[i] = {.scale = 1, .norm = norm * (1 + 0x1p-30), .residual = 0};
        }
        if (shape.has_truth()) write_truth(shape, place, first + i, row);
        weigh(place, first + i, packed[i], norm);
        head.numbers[first + i] = numbers[i];
    }
    head.used += static_cast<std::uint32_t>(rows.rows);
}

void read_row(const BlockShape& shape, const BlockPlace& place, std::size_t lane,
              std::span<float> row) {
    QR_CHECK(lane < kBlockRows && row.size() == shape.dimension);
    const std::size_t width = info(shape.storage).width;
    if (shape.has_truth()) {
        const std::size_t bytes = shape.dimension * width;
        widen(shape.storage, {place.truth + lane * bytes, bytes}, row);
        return;
    }
    if (shape.scan == Dtype::float32) {
        unpack_row(place.plane(), lane, row);
        return;
    }
    std::array<std::byte, 2 * 512> halves;
    const float weight = place.head().weights[static_cast<std::size_t>(Weighting::dot)][lane];
    const float unit = std::isnan(weight) ? 1 : weight;  // one over a power of two
    for (std::size_t done = 0; done < row.size(); done += halves.size() / 2) {
        const std::span<float> part =
            row.subspan(done, std::min(halves.size() / 2, row.size() - done));
        for (std::size_t i = 0; i < part.size(); ++i)
            std::memcpy(halves.data() + 2 * i, component_at(place, lane, done + i), 2);
        widen(shape.storage, std::span(halves).first(2 * part.size()), part);
        for (float& component : part)
            component *= unit;
    }
}

}  // namespace qr::cpu
