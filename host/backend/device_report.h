// One device as it was last seen: what doctor, /health and the metrics tell of it.
//
// A figure that the device or its driver does not give is absent, never zero.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/base/clock.h"

namespace qr {

// What the driver's management library says; nothing of it is needed to score.
struct DeviceCondition {
    std::optional<unsigned> temperature_celsius;
    std::optional<std::uint64_t> memory_used_bytes;  // by every process
    std::optional<std::uint64_t> memory_total_bytes;
    std::optional<unsigned> utilisation_percent;
    std::optional<unsigned> power_milliwatts;
    std::optional<std::uint64_t> ecc_corrected;  // errors since the driver was loaded
    std::optional<std::uint64_t> ecc_uncorrected;
    std::vector<std::string>
        throttle_reasons;                     // "thermal", "power_cap"...; empty: none, or unknown
    std::optional<std::uint64_t> xid_errors;  // seen since this process started
    std::optional<unsigned> last_xid;
    std::optional<unsigned> critical_xid;  // the last that is critical (xid.h); 45 follows many
    std::string message;                   // why figures are missing; may be empty
};

// What was measured when the lanes were made: a small chunk there and back, and a large copy.
struct LaneFigures {
    double direct_microseconds = 0;  // each copy and kernel launched by itself
    double graph_microseconds = 0;   // all of them by one launch
    bool uses_graphs = false;        // for small chunks: the faster way
    double host_to_device_bytes_per_second = 0;
};

struct DeviceReport {
    std::size_t index = 0;            // among those this process sees
    std::string name;                 // "NVIDIA H100 80GB HBM3"
    std::string uuid;                 // "GPU-..." or "MIG-..."
    std::string mig_profile;          // "1g.10gb"; empty: the whole device
    std::string compute_capability;   // "9.0"
    std::string pci_bus_id;           // may be empty
    std::uint64_t planned_bytes = 0;  // taken at start: the request path allocates nothing
    std::size_t lanes = 0;
    std::uint64_t batches = 0;      // that it scored, or refused
    bool is_lost = false;           // an error that sticks until the process ends
    std::string error;              // that one
    std::optional<TimePoint> seen;  // when `condition` was asked
    DeviceCondition condition;
    std::optional<LaneFigures> figures;
};

}  // namespace qr
