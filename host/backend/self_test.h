// The canary: a few known states through score() like any request, cheap enough to run twice a
// second for ever.
//
// Stricter than the self-test at start, which allows for rounding: every backend promises the same
// bits, so one wrong bit is a wrong answer. It proves that the device answers now and computes
// rightly, not that all of its memory is sound; FailoverBackend compares real scores for that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/backend/fidelity_backend.h"

namespace qr {

enum class CanaryOutcome : std::uint8_t {
    passed,
    failed,   // score() refused: see `code`
    wrong,    // score() answered something else than the known scores
    overdue,  // score() has not returned in time; told by who waits, never by run_canary()
};
std::string_view to_string(CanaryOutcome outcome);

struct CanaryResult {
    CanaryOutcome outcome = CanaryOutcome::passed;
    std::optional<Code> code = std::nullopt;  // set when failed
    std::string message = {};                 // one sentence; empty when passed
    double microseconds = 0;                  // that score() took
};

// Blocks as long as score() does.
CanaryResult run_canary(FidelityBackend& backend);

}  // namespace qr
