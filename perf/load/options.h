// The command line of qr_load turned into a plan.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>

#include "host/base/error.h"
#include "perf/load/plan.h"

namespace qr::load {

struct Options {
    Plan plan;
    std::string output;    // of the JSON; empty: standard output
    bool is_help = false;  // nothing to run
    std::string help_text;
};

// Errors: `invalid`, naming the flag, what was found and what is allowed. Reads the bodies' files.
Result<Options> parse_options(std::span<const char* const> arguments);

// "RATExSECONDS", as --step takes it.
Result<Step> parse_step(std::string_view text);

}  // namespace qr::load
