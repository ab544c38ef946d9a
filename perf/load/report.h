// The figures of a run as JSON.
#pragma once

#include <string>

#include "perf/load/driver.h"

namespace qr::load {

std::string print_report(const Plan& plan, const RunFigures& figures);

}  // namespace qr::load
