// What work costs each backend on this machine, and from where on a device is worth its while: the
// figures that --backend auto decides by, measured by the same code.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "host/backend/backends.h"
#include "host/backend/cost_model.h"

namespace qr::cli {

struct MeasuredCosts {
    std::string_view backend;
    bool is_device = false;
    std::optional<SideCosts> costs;  // absent: could not be measured
    std::string reason;              // for that
};

// Of those chosen ("auto": all) that this machine can run, a fraction of a second each. A device is
// measured as it serves: with the CPU behind it.
std::vector<MeasuredCosts> measure_costs(std::span<const BackendEntry> entries,
                                         std::string_view chosen, const BackendOptions& options);

void print_costs(std::span<const MeasuredCosts> measured, std::ostream& out);
nlohmann::ordered_json costs_json(std::span<const MeasuredCosts> measured);

}  // namespace qr::cli
