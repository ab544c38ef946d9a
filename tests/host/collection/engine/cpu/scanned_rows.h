// A block's memory and what a kernel makes of its rows, pair by pair: for tests of the bound.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <vector>

#include "host/collection/engine/cpu/block_rows.h"
#include "host/collection/engine/cpu/slabs.h"
#include "tests/host/collection/engine/oracle.h"
#include "tests/host/collection/engine/rows.h"

namespace qr::cpu {

class OneBlock {
  public:
    OneBlock(const BlockShape& shape, const test::Rows& rows)
        : shape_(shape), slabs_(shape, std::make_shared<MemoryBudget>(0)) {
        place_ = slabs_.take(1)->front();
        clear_block(shape_, place_);
        add_rows(shape_, place_, rows.view(), std::vector<std::uint64_t>(rows.count()));
    }
    const BlockPlace& place() const { return place_; }

  private:
    const BlockShape shape_;
    Slabs slabs_;
    BlockPlace place_;
};

// One query's estimates of a block's rows, unfiltered, and how far off they may be.
struct Estimates {
    std::vector<float> values;
    double delta = 0;
    double unit = 1;  // estimate = unit * overlap or dot
};

inline Estimates estimates_of(const ScanKernel& kernel, const BlockShape& shape,
                              const BlockPlace& place, std::span<const float> query,
                              Weighting weighting) {
    std::vector<std::byte> memory(kernel.tile_bytes(shape.dimension, 1) + 64);
    void* aligned = memory.data();
    std::size_t space = memory.size();
    auto* const tile = static_cast<std::byte*>(
        std::align(64, kernel.tile_bytes(shape.dimension, 1), aligned, space));
    const PackedQuery packed = kernel.pack_query(query, 0, 1, tile);
    const float lowest = -std::numeric_limits<float>::infinity();
    const BlockHead& head = place.head();
    const auto w = static_cast<std::size_t>(weighting);
    ScanHits hits;
    kernel.scan({.plane = place.plane(),
                 .weights = head.weights[w],
                 .mask = ~std::uint32_t{0},
                 .dimension = shape.dimension},
                {.queries = tile, .count = 1, .thresholds = &lowest}, hits);
    Estimates found{.delta = QueryBound(kernel, shape.dimension, packed).delta(head.bounds[w]),
                    .unit = packed.scale};
    if (weighting == Weighting::cosine) found.unit *= std::sqrt(test::oracle_dot(query, query));
    found.values.assign(hits.estimates[0], hits.estimates[0] + head.used);
    return found;
}

}  // namespace qr::cpu
