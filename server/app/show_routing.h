// The routing and the staging memory as /metrics shows them.
#pragma once

#include "host/backend/routed_backend.h"
#include "host/base/buffer.h"
#include "host/base/metrics.h"

namespace qr {

void show_routing(const RoutedStatus& status, Metrics& metrics);
void show_staging(const StagingFigures& figures, Metrics& metrics);

}  // namespace qr
