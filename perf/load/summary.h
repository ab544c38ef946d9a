// The figures of a run as a table for people.
#pragma once

#include <string>

#include "perf/load/driver.h"

namespace qr::load {

std::string print_summary(const Plan& plan, const RunFigures& figures);

}  // namespace qr::load
