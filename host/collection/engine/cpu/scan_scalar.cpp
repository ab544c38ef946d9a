// Plain C++ for any x86-64, one query at a time: a block's rows are the loop that vectorises.
#include <bit>
#include <cmath>
#include <cstring>

#include "host/collection/engine/cpu/scan_query.h"
#include "host/collection/engine/cpu/scan_targets.h"

namespace qr::cpu {
namespace {

struct Float32Numbers {
    using Sum = float;
    using Factor = float;  // a number of an entry
    static float value(const std::byte* at) {
        float value = 0;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
};

std::uint32_t load16(const std::byte* at) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, at, sizeof bits);
    return bits;
}

struct Bfloat16Numbers {
    using Sum = float;
    using Factor = float;
    static float value(const std::byte* at) { return std::bit_cast<float>(load16(at) << 16); }
};

struct Float16Numbers {
    using Sum = float;
    using Factor = float;
    // Exponent and fraction moved into place are the value times 2^-112, of subnormals as well.
    static float value(const std::byte* at) {
        const std::uint32_t bits = load16(at);
        const float magnitude = std::bit_cast<float>((bits & 0x7FFFU) << 13) * 0x1p112F;
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | (bits & 0x8000U)
                                                                                  << 16);
    }
};

struct Int8Numbers {
    using Sum = std::int32_t;
    using Factor = std::int16_t;
    static std::int32_t value(const std::byte* at) { return std::to_integer<std::int8_t>(*at); }
};

template <Dtype kType, class Numbers>
void add_group(const std::byte* plane, const typename Numbers::Factor* factors,
               typename Numbers::Sum* sums) {
    constexpr std::size_t kGroup = scan_group(kType);
    for (std::size_t i = 0; i < kGroup; ++i) {
        const typename Numbers::Sum factor = factors[i];
        for (std::size_t r = 0; r < kBlockRows; ++r)
            sums[r] += factor * Numbers::value(plane + (r * kGroup + i) * info(kType).width);
    }
}

// Estimates of one query, and the rows that pass.
std::uint32_t pass(const ScanBlock& block, const float* sums, float threshold, Passing passing,
                   float* estimates) {
    std::uint32_t passed = 0;
    for (std::size_t r = 0; r < kBlockRows; ++r) {
        const float estimate = sums[r] * block.weights[r];
        estimates[r] = passing == Passing::by_magnitude ? std::abs(estimate) : estimate;
        passed |= std::uint32_t{!(estimates[r] < threshold)} << r;
    }
    return passed & block.mask;
}

template <Dtype kType, class Numbers>
void scan(const ScanBlock& block, const ScanTile& tile, ScanHits& hits) {
    using Factor = typename Numbers::Factor;
    const std::size_t groups = scan_groups(kType, block.dimension);
    Factor factors[scan_group(kType)];
    const std::byte* entry = tile.queries;
    for (std::size_t q = 0; q < tile.count; ++q) {
        typename Numbers::Sum sums[kBlockRows] = {};
        for (std::size_t g = 0; g < groups; ++g, entry += sizeof factors) {
            std::memcpy(factors, entry, sizeof factors);
            add_group<kType, Numbers>(block.plane + g * kGroupBytes, factors, sums);
        }
        float floats[kBlockRows];
        for (std::size_t r = 0; r < kBlockRows; ++r)
            floats[r] = static_cast<float>(sums[r]);
        hits.passed[q] = pass(block, floats, tile.thresholds[q], tile.passing, hits.estimates[q]);
    }
}

template <Dtype kType, Entry kEntry, class Numbers>
constexpr ScanKernel kernel(double (*relative_error)(std::size_t)) {
    using Packing = QueryPacking<kType, kEntry, 1>;
    return {.name = "scalar",
            .type = kType,
            .is_supported = &runs_anywhere,
            .queries_max = kScanQueriesMax,
            .tile_bytes = &Packing::tile_bytes,
            .pack_query = &Packing::pack,
            .scan = &scan<kType, Numbers>,
            .relative_error = relative_error};
}

}  // namespace

constinit const ScanKernel kScanScalarFloat32 =
    kernel<Dtype::float32, Entry::float_one, Float32Numbers>(&float_chain_error);
constinit const ScanKernel kScanScalarFloat16 =
    kernel<Dtype::float16, Entry::float_pair, Float16Numbers>(&float_chain_error);
constinit const ScanKernel kScanScalarBfloat16 =
    kernel<Dtype::bfloat16, Entry::float_pair, Bfloat16Numbers>(&float_chain_error);
constinit const ScanKernel kScanScalarInt8 =
    kernel<Dtype::int8, Entry::int16_quad, Int8Numbers>(&integer_error);

}  // namespace qr::cpu
