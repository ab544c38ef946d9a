// The registry of a server that is tested as a whole: "stand-in-device" in front of the real
// backends.
//
// The stand-in is the best CPU backend behind a FaultyBackend. What it does wrong stands in the
// file that STAND_IN_FAULT_FILE names, one line, looked up at each call: `none`, `unavailable`,
// `internal`, `out_of_memory`, `hang`, `wrong`, `wrong_in_one`, or `slow` and a number of
// milliseconds. No file or no such word: none. STAND_IN_BATCH_MULTIPLY_ADDS and STAND_IN_LANES
// bound what it takes at once, so that a slow one has a known capacity. The devices that it tells
// of stand in the file that STAND_IN_DEVICES_FILE names (stand_in_devices.h). It never ships.
#pragma once

#include <string_view>
#include <vector>

#include "host/backend/backends.h"
#include "tests/support/faulty_backend.h"

namespace qr::test {

inline constexpr std::string_view kStandInName = "stand-in-device";

Fault parse_fault(std::string_view line);

// The stand-in first, so that "auto" takes it, then backends().
const std::vector<BackendEntry>& stand_in_backends();

}  // namespace qr::test
