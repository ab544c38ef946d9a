// What a block of rows holds and where: the plane that is scanned with what its sums are weighted
// by, and the truth.
//
// The stored numbers themselves stand in a plane of their own, row by row, only where the scanned
// one does not hold them: a float32 plane holds any storage type exactly, and so does a plane of
// the storage type, whose rows are scaled by powers of two. The two parts of a block lie apart, so
// that a scan reads consecutive memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/engine/cpu/scan_bound.h"
#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {

// By what a sum of the scan is multiplied: to become an overlap (but for the query's own factor),
// or a dot product.
enum class Weighting : std::uint8_t { cosine, dot };
inline constexpr std::size_t kWeightings = 2;

constexpr Weighting weighting_of(scoring::Method method) {
    return method == scoring::Method::dot ? Weighting::dot : Weighting::cosine;
}

// At the beginning of the scanned part; the plane follows.
struct alignas(64) BlockHead {
    // By weighting. NaN where the row is beyond what the kernels' bound holds for: it is always
    // scored exactly.
    float weights[kWeightings][kBlockRows];
    std::uint64_t numbers[kBlockRows];
    BlockBound bounds[kWeightings];
    std::uint32_t used;  // rows, from the first lane on
};

struct BlockShape {
    std::size_t dimension = 0;
    Dtype storage = Dtype::float32;
    Dtype scan = Dtype::float32;

    bool has_truth() const { return scan != Dtype::float32 && scan != storage; }
    std::size_t scan_bytes() const { return sizeof(BlockHead) + scan_plane_bytes(scan, dimension); }
    std::size_t truth_bytes() const {  // whole cache lines
        return has_truth() ? kBlockRows * dimension * info(storage).width : 0;
    }
    std::size_t bytes() const { return scan_bytes() + truth_bytes(); }
};

// Where a block lies; null: nowhere.
struct BlockPlace {
    std::byte* scan = nullptr;
    std::byte* truth = nullptr;
    friend bool operator==(const BlockPlace&, const BlockPlace&) = default;

    BlockHead& head() const { return *reinterpret_cast<BlockHead*>(scan); }
    std::byte* plane() const { return scan + sizeof(BlockHead); }
};

}  // namespace qr::cpu
