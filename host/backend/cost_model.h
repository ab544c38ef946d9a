// What a batch costs on one side, a device or the CPU: the formula that the cost router decides by.
//
//   seconds = latency + tasks * task + bytes * byte + staged * staged_byte
//             + multiply-adds * multiply_add + pairs * pair
//
// `latency` is what a batch of nothing takes: handing over, launches, waiting for completion. The
// other terms are work. `byte` is for vectors in ordinary memory, which a device's side must copy
// into its own page-locked memory first; `staged_byte` for those that the parser wrote into staging
// memory. A pair is one score read out and brought back; it matters where dimensions are small.
// Rows have no term of their own: a row's cost is its bytes.
//
// The terms are summed although copies and computing overlap, on either side. Time is a convex
// function of the number of queries, its slope the copy's at one end and the arithmetic's at the
// other; the constants are measured at both ends, so the sum is a chord: right there, and above the
// truth between, by less than a factor of 2.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "host/backend/fidelity_backend.h"

namespace qr {

struct BatchShape {
    std::size_t tasks = 0;
    std::size_t bytes = 0;   // of vectors outside the staging memory
    std::size_t staged = 0;  // bytes of those inside
    std::size_t multiply_adds = 0;
    std::size_t pairs = 0;
    friend bool operator==(const BatchShape&, const BatchShape&) = default;
};

// `staging`: see FidelityBackend::staging(); may be empty.
BatchShape shape_of(const ScoreBatch& batch, std::span<const std::byte> staging);

// One task, its vectors where a server puts them that has staging memory.
BatchShape shape_of(std::size_t queries, std::size_t documents, std::size_t dimension);

// Seconds, each.
struct SideCosts {
    double latency = 0;
    double task = 0;
    double byte = 0;
    double staged_byte = 0;
    double multiply_add = 0;
    double pair = 0;
};

double work_seconds(const SideCosts& costs, const BatchShape& shape);  // without the latency
double seconds(const SideCosts& costs, const BatchShape& shape);

// The host's cores parse requests as well, and no estimate is better than this: what is near goes
// to the device. Nothing is remembered from batch to batch, because a change of side costs nothing.
inline constexpr double kHostMustSave = 0.1;  // of the device's time

inline bool is_host_first(double host_seconds, double device_seconds) {
    return host_seconds < (1 - kHostMustSave) * device_seconds;
}

// The fewest queries against so many documents from which the device finishes first, both sides
// idle. Empty: not up to `queries_max`.
std::optional<std::size_t> crossover_queries(const SideCosts& device, const SideCosts& host,
                                             std::size_t documents, std::size_t dimension,
                                             std::size_t queries_max);

}  // namespace qr
