// What devices report, as the qr_device_* samples of one scrape.
#pragma once

#include <span>

#include "host/backend/device_report.h"
#include "host/base/clock.h"
#include "host/base/metrics.h"

namespace qr {

// Replaces what was shown before; without devices nothing is.
void show_devices(Metrics& metrics, std::span<const DeviceReport> devices, TimePoint now);

}  // namespace qr
