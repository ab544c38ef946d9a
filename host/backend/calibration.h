// Measures what a backend's work costs, through score() alone, so that any backend can be measured.
//
// A handful of probes, each dominated by one constant of the cost model; the best of a few calls
// counts, because whatever else a machine does can only add to a time. Large probes grow until a
// call takes kProbeCallMin, so that a fast device is measured in more than its latency and a slow
// one is not waited for. The constants that explain all probes together, none of them negative,
// are found by sweeps over one constant at a time. Two runs on one machine agree to some percent.
// What it does not do: load several lanes at once; see cost_router.h for what is assumed of them.
#pragma once

#include "host/backend/cost_model.h"
#include "host/backend/fidelity_backend.h"
#include "host/base/clock.h"
#include "host/base/error.h"

namespace qr {

struct CalibrationLimits {
    // No call begins later than this, once each probe was called: a slow backend gets fewer calls.
    Duration budget = std::chrono::milliseconds(150);
    std::size_t calls_max = 12;  // of one probe
};

// A large probe that takes this long is large enough.
inline constexpr Duration kProbeCallMin = std::chrono::milliseconds(2);
inline constexpr std::size_t kProbeDimension = 768;
inline constexpr std::size_t kProbeRowsMax = 4096;  // 12 MiB, the memory that calibrating takes

// To be called while nothing else scores there and nobody writes to the backend's staging memory,
// whose beginning is overwritten. Errors: the backend's, `unavailable` when it is not the backend
// itself that answers, `out_of_memory`.
Result<SideCosts> calibrate(FidelityBackend& backend, const Clock& clock,
                            const CalibrationLimits& limits = {});

}  // namespace qr
