// Devices as a stand-in backend reports them, read from a text: a test of the whole server changes
// the file while it runs. Never ships.
//
// A line is "DEVICE KEY VALUE...", DEVICE counting from 0; a device is there once it has a line:
//     0 name Stand-in 9000   0 uuid GPU-1     0 mig 1g.10gb       0 capability 9.0
//     0 planned 4096         0 lanes 2        0 batches 7         0 lost illegal address
//     0 temperature 45       0 memory 1000 250 (total, used)      0 utilisation 30
//     0 power 70500          0 ecc 2 1 (corrected, uncorrected)   0 throttle thermal power_cap
//     0 xid 2 45 48 (errors, the last, the last critical one)     0 message why
#pragma once

#include <string>
#include <vector>

#include "host/backend/device_report.h"

namespace qr::test {

// Seen at `seen`. Unknown keys are left out.
std::vector<DeviceReport> parse_devices(const std::string& text, TimePoint seen);

}  // namespace qr::test
