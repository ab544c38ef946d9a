// The scan of one block of rows by a tile of queries, in low precision, for one instruction set and
// one type of number: sums, weights, thresholds and the mask in one pass over the block.
//
// Rows are SIMD lanes: a block holds kBlockRows rows as [groups][kBlockRows][G] numbers, G
// consecutive components of a row together (scan_group()), zero padded to whole groups; a query's
// component is broadcast. Sums never meet across lanes, and arrive as many at a time as a register
// is wide, ready to be compared. An estimate is within the kernel's error of the exact sum of the
// numbers it was given. It depends on neither the other queries of the tile nor the other rows of
// the block, but in its last bits on how many queries the tile has, where sums are of floats. As in
// host/backend/cpu/kernels.h, a kernel's file has target flags of its own and defines nothing that
// another file could share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "host/collection/engine/collection_engine.h"
#include "host/encoding/half.h"

namespace qr::cpu {

// Consecutive components of a row that lie together.
constexpr std::size_t scan_group(Dtype scan) {
    return scan == Dtype::float32 ? 1 : scan == Dtype::int8 ? 4 : 2;
}
// Bytes of a block's group, of whatever type.
inline constexpr std::size_t kGroupBytes = 4 * kBlockRows;
constexpr std::size_t scan_groups(Dtype scan, std::size_t dimension) {
    return (dimension + scan_group(scan) - 1) / scan_group(scan);
}
// Bytes of a block's plane.
constexpr std::size_t scan_plane_bytes(Dtype scan, std::size_t dimension) {
    return scan_groups(scan, dimension) * scan_group(scan) * kBlockRows * info(scan).width;
}

// The most queries that any kernel takes at once.
inline constexpr std::size_t kScanQueriesMax = 16;

// What a query became for the scan: q' = scale * q - e with |e| <= residual, |q'| <= norm. Both are
// rounded up by less than a part in 2^30. Every kernel scales queries to components that no sum
// overflows with.
struct PackedQuery {
    double scale = 1;
    double norm = 0;
    double residual = 0;
};

// Norms of rows in their plane for which relative_error holds: sums neither overflow nor lose bits
// to denormals. All but float32 planes hold rows scaled into these bounds.
inline constexpr double kScanNormMin = 0x1p-60;
inline constexpr double kScanNormMax = 0x1p60;

struct ScanBlock {
    const std::byte* plane = nullptr;  // 64-byte aligned
    // Bytes scanned next, to be fetched into the cache meanwhile, evenly: each tile of a block a
    // share of the next plane.
    std::span<const std::byte> upcoming = {};
    // [kBlockRows], 64-byte aligned: estimate = weight * <q', row>. A row whose weight is NaN
    // passes every threshold: for rows beyond the bounds above.
    const float* weights = nullptr;
    std::uint32_t mask = 0;  // bit r: row r counts
    std::size_t dimension = 0;
};

// By magnitude, the estimate itself is |weight * <q', row>|.
enum class Passing : std::uint8_t { by_estimate, by_magnitude };

struct ScanTile {
    const std::byte* queries = nullptr;  // as pack_query wrote them, 64-byte aligned
    std::size_t count = 0;               // 1..queries_max
    const float* thresholds = nullptr;   // [count]: a row passes whose estimate is not below
    Passing passing = Passing::by_estimate;
};

struct ScanHits {
    std::array<std::uint32_t, kScanQueriesMax> passed;         // bit r: row r passed query q
    alignas(64) float estimates[kScanQueriesMax][kBlockRows];  // of q, where passed[q] has a bit
};

struct ScanKernel {
    std::string_view name;  // "avx2", "avx512_bf16"...
    Dtype type;             // of the plane
    bool (*is_supported)();
    std::size_t queries_max;
    // Bytes of a tile of `count` queries.
    std::size_t (*tile_bytes)(std::size_t dimension, std::size_t count);
    // Writes a query into its place among `count` in a tile.
    PackedQuery (*pack_query)(std::span<const float> query, std::size_t place, std::size_t count,
                              std::byte* tile);
    void (*scan)(const ScanBlock& block, const ScanTile& tile, ScanHits& hits);
    // |estimate - weight * <q', row>| <= relative_error * weight * |q'| |row|, for a weight that is
    // itself rounded to float32. A threshold is rounded to float32 by the caller, downwards.
    double (*relative_error)(std::size_t dimension);
};

// Every kernel of the build for that type, the one that should be fastest first, scalar last.
std::span<const ScanKernel* const> scan_kernels(Dtype scan);
// The first that this CPU runs.
const ScanKernel& best_scan_kernel(Dtype scan);

// What a row became in its plane: y = scale * x - e with |e| <= residual, |y| <= norm, both rounded
// up as a query's are.
struct PackedRow {
    double scale = 1;  // 1 for float32, a power of two, or the steps in a unit for int8
    double norm = 0;
    double residual = 0;
};

// Writes up to kBlockRows rows, from `first_lane` on, into a plane whose other lanes are left as
// they are, and says what became of each. float32 planes hold the rows as they are; bfloat16 and
// float16 planes rounded to nearest after a power of two, for a largest component in [1, 2) and
// [2^14, 2^15); int8 planes in steps of the row's largest component / 127. Components are finite.
// `packed` has rows.rows entries.
void pack_rows(Dtype scan, const MatrixView& rows, std::size_t first_lane, std::byte* plane,
               std::span<PackedRow> packed);

// A float32 row as pack_rows wrote it: [d] numbers from one lane of a float32 plane.
void unpack_row(const std::byte* plane, std::size_t lane, std::span<float> row);

}  // namespace qr::cpu
