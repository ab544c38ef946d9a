// A pass's queries, packed as the scan kernel takes them: in tiles whose rows pass alike and are
// weighted alike, those with the same mask together.
//
// Which queries share a tile decides nothing but the time: a kernel's estimates do not depend on
// the neighbours. A tile scans a block if any of its masks lets a row of it count.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/collection/engine/cpu/pass_query.h"
#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {

struct QueryTile {
    std::vector<PassQuery*> queries;  // in the order they were packed
    const std::byte* packed = nullptr;
    Passing passing = Passing::by_estimate;
    Weighting weighting = Weighting::cosine;
};

// What the tile with that index, of so many, fetches of the next block: whole cache lines.
inline std::span<const std::byte> share_of(std::span<const std::byte> upcoming, std::size_t index,
                                           std::size_t count) {
    constexpr std::size_t kLine = 64;
    const std::size_t lines = upcoming.size() / kLine;
    const std::size_t first = lines * index / count;
    return upcoming.subspan(first * kLine, (lines * (index + 1) / count - first) * kLine);
}

class QueryTiles {
  public:
    // Packs those that are live and sets the unit, tie and bound of each.
    QueryTiles(const ScanKernel& kernel, std::size_t dimension, std::span<PassQuery> queries);

    const std::vector<QueryTile>& tiles() const { return tiles_; }

  private:
    void add_tile(std::span<PassQuery* const> queries);
    void pack(std::byte* memory, QueryTile& tile) const;

    const ScanKernel& kernel_;
    const std::size_t dimension_;
    std::vector<QueryTile> tiles_;
    std::vector<std::byte> memory_;
};

}  // namespace qr::cpu
