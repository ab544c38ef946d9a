// The scan of one block of rows by a tile of queries, in low precision, for one instruction set and
// one type of number: sums, weights, thresholds and the mask in one pass over the block.
//
// Rows are SIMD lanes: a block holds kBlockRows rows as [groups][kBlockRows][G] numbers, G
// consecutive components of a row together (scan_group()), zero padded to whole groups; a query's
// component is broadcast. Sums never meet across lanes, and arrive as many at a time as a register
// is wide, ready to be compared. An estimate is within the kernel's error of the exact sum of the
// numbers it was given, and depends on neither the other queries of the tile nor the other rows of
// the block. As in host/backend/cpu/kernels.h, a kernel's file has target flags of its own and
// defines nothing that another file could share.
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
constexpr std::size_t scan_groups(Dtype scan, std::size_t dimension) {
    return (dimension + scan_group(scan) - 1) / scan_group(scan);
}
// Bytes of a block's plane.
constexpr std::size_t scan_plane_bytes(Dtype scan, std::size_t dimension) {
    return scan_groups(scan, dimension) * scan_group(scan) * kBlockRows * info(scan).width;
}

// The most queries that any kernel takes at once.
inline constexpr std::size_t kTileQueriesMax = 16;

// What a query became for the scan: q' = scale * q - e with |e| = residual, |q'| = norm.
struct PackedQuery {
    double scale = 1;
    double norm = 0;
    double residual = 0;
};

struct ScanBlock {
    const std::byte* plane = nullptr;     // 64-byte aligned
    const std::byte* upcoming = nullptr;  // the plane scanned next, to be fetched; may be null
    const float* weights = nullptr;       // [kBlockRows]: estimate = weight * <q', row>
    std::uint32_t mask = 0;               // bit r: row r counts
    std::size_t dimension = 0;
};

enum class Passing : std::uint8_t { by_estimate, by_magnitude };

struct ScanTile {
    const std::byte* queries = nullptr;  // as pack_query wrote them, 64-byte aligned
    std::size_t count = 0;               // 1..queries_max
    const float* thresholds = nullptr;   // [count]: a row passes whose estimate is not below
    Passing passing = Passing::by_estimate;
};

struct ScanHits {
    std::array<std::uint32_t, kTileQueriesMax> passed;         // bit r: row r passed query q
    alignas(64) float estimates[kTileQueriesMax][kBlockRows];  // of q, where passed[q] has a bit
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
    // Of a sum before its weight, in units of |q'| |row|: additions, weight and comparison.
    double (*relative_error)(std::size_t dimension);
};

// Every kernel of the build for that type, the one that should be fastest first, scalar last.
std::span<const ScanKernel* const> scan_kernels(Dtype scan);
// The first that this CPU runs.
const ScanKernel& best_scan_kernel(Dtype scan);

// What a row became in its plane: y = scale * x - e with |e| = residual, |y| = norm.
struct PackedRow {
    double scale = 1;  // exact power of two, or the step of int8
    double norm = 0;
    double residual = 0;
};

// Writes up to kBlockRows rows, from `first_lane` on, into a plane whose other lanes are left as
// they are, and says what became of each. float32 planes hold the rows as they are, bfloat16 and
// float16 rounded to nearest after a power of two that keeps float16 in range, int8 in steps of the
// row's largest component / 127. `packed` has rows.rows entries.
void pack_rows(Dtype scan, const MatrixView& rows, std::size_t first_lane, std::byte* plane,
               std::span<PackedRow> packed);

// A float32 row as pack_rows wrote it: [d] numbers from one lane of a float32 plane.
void unpack_row(const std::byte* plane, std::size_t lane, std::span<float> row);

}  // namespace qr::cpu
