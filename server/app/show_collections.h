// The metrics of collections, as they are when somebody asks.
#pragma once

#include "host/base/metrics.h"
#include "server/app/collections_part.h"

namespace qr {

void show_collections(const CollectionsFigures& figures, Metrics& metrics);
void show_pass(const PassReport& report, Metrics& metrics);

}  // namespace qr
