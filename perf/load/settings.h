// What flags and scenario say, still as text, each with where it stands; judged here, once for
// both.
//
// A message begins with that place: "--rate: ..." or "soak.toml:3: rate: ...".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.h"
#include "perf/load/plan.h"

namespace qr::load {

struct Given {
    std::string text;
    std::string origin;
};
using Setting = std::optional<Given>;

// How load is offered.
struct Settings {
    Setting clients, rate, seconds, arrivals, seed, connections_max, timeout_ms, lag_max_us, row_ms,
        warm_up_s, keep_alive;
    std::vector<Given> steps;
    std::string file;  // of a scenario; empty: flags
};

// `settings` where they stand alone. Errors here and below: `invalid`, naming the place, what was
// found and what is allowed.
Result<void> read_settings(const Settings& settings, Plan& plan);

// Flags beside a scenario, whose plan this is already. Each replaces what it names, and:
//   --seconds   stretches or shrinks all steps alike, so that together they last so long
//   --rate      scales all rates alike, so that the highest is this one; a closed loop turns open
//   --clients   turns it into a closed loop as long as the steps
//   --step      replaces all steps
Result<void> override_settings(const Settings& scenario, const Settings& flags, Plan& plan);

// "RATExSECONDS" or "FROM..TOxSECONDS".
Result<Step> parse_step(const Given& given);

Error wrong(std::string_view origin, std::string_view found, std::string_view allowed);
Result<double> parse_number(const Given& given, double lowest, double highest);
Result<std::size_t> parse_count(const Given& given, std::size_t lowest, std::size_t highest);
// The file of that name, whole.
Result<std::string> read_file(const Given& path, std::size_t bytes_max);

}  // namespace qr::load
