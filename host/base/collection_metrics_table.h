// The part of the metrics' table that is about collections, their searches and their store.
#pragma once

#include <span>

#include "host/base/metrics_table.h"

namespace qr {

std::span<const MetricFamily> collection_metric_families();

}  // namespace qr
