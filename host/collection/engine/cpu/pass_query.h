// A query of a pass: what was asked for, what became of it for the scan, and how much a row needs
// to be looked at, which all threads of the pass raise together.
//
// Values are what scores rank by: the overlap, its magnitude, or the dot product; estimates are
// values times `unit`. Rows are told apart in the estimates' unit.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>
#include <optional>

#include "host/collection/engine/collection_engine.h"
#include "host/collection/engine/cpu/block.h"
#include "host/collection/engine/cpu/scan_bound.h"
#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {

constexpr bool ranks_by_magnitude(scoring::Method method) {
    return method == scoring::Method::fidelity || method == scoring::Method::bures_angle;
}

struct PassQuery {
    const SearchQuery* asked = nullptr;
    std::size_t place = 0;  // among the pass's queries
    double norm2 = 0;
    double unit = 1;
    double tie = 0;          // estimates closer than that may have equal scores
    std::size_t wanted = 0;  // rows kept: k, or more where nothing is proven
    bool is_proven = true;
    QueryBound bound;
    std::optional<RowFault> fault;
    std::atomic<bool> is_dropped{false};
    // So many rows as are wanted have estimates that are certainly no lower; those that certainly
    // are lower need not be kept.
    std::atomic<double> floor{-std::numeric_limits<double>::infinity()};

    bool is_live() const { return !fault && !is_dropped.load(std::memory_order_relaxed); }
    double lowest_kept() const { return floor.load(std::memory_order_relaxed) - tie; }
    void raise_floor(double to) {
        double now = floor.load(std::memory_order_relaxed);
        while (now < to && !floor.compare_exchange_weak(now, to, std::memory_order_relaxed)) {
        }
    }
};

}  // namespace qr::cpu
