// The figures of a run as JSON, and what more than one reader of them concludes.
#pragma once

#include <string>
#include <vector>

#include "perf/load/driver.h"

namespace qr::load {

std::string print_report(const Plan& plan, const RunFigures& figures);

struct Percentile {
    double percent;
    Duration latency;
};
// 0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100, but not those that have less than one value
// above them.
std::vector<Percentile> percentiles_of(const Histogram& histogram);

// The tool itself was late, or had no time left: the figures are not the server's alone.
bool is_saturated(const Plan& plan, const RunFigures& figures);

}  // namespace qr::load
