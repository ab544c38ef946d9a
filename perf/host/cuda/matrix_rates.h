// Square matrix products through the vendor's library: the ceiling of whatever multiplies.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "perf/host/cuda/bench.h"

namespace qr::perf {

// Sets the ceilings' products, or why there are none.
nlohmann::ordered_json measure_matrix_rates(Bench& bench);

}  // namespace qr::perf
