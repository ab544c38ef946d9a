// The command line of qr_load turned into a plan.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "host/base/error.h"
#include "perf/load/plan.h"

namespace qr::load {

struct Options {
    Plan plan;
    std::string output;     // of the JSON; empty: standard output
    bool is_quiet = false;  // neither progress nor summary on standard error
    bool is_help = false;   // nothing to run
    std::string help_text;
};

// Errors: `invalid`, naming the flag or the scenario's file, line and key, what was found and what
// is allowed. Reads the scenario and the bodies' files.
Result<Options> parse_options(std::span<const char* const> arguments);

}  // namespace qr::load
