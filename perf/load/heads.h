// The head of each request of a plan, byte for byte as it is sent.
#pragma once

#include <string>
#include <vector>

#include "perf/load/plan.h"

namespace qr::load {

// By request, and there by body; one for a request without a body.
std::vector<std::vector<std::string>> heads_of(const Plan& plan);

}  // namespace qr::load
