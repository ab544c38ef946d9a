// The `devices` of a backend in GET /health: what each is, what it did, how it was last seen.
//
// A figure that a device does not give is left out.
#pragma once

#include <span>

#include "host/backend/device_report.h"
#include "host/base/clock.h"
#include "server/json/writer.h"

namespace qr {

// The field `devices` of the open object.
void write_devices(json::Writer& out, std::span<const DeviceReport> devices, TimePoint now);

}  // namespace qr
