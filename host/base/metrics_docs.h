// docs/METRICS.md, whole, from the table of metrics.
#pragma once

#include <string>

namespace qr {

std::string print_metrics_docs();

}  // namespace qr
