// Watches the condition of devices beside the scoring: asks at an interval, keeps the last answer.
//
// One thread asks; reading is a copy under a short lock and never asks a device. A source that
// hangs holds that thread and nobody else: what was seen last stays, and grows old. All that the
// thread touches is shared with it, so that a hung one can be left behind. It judges nothing:
// whether a device may serve is decided by the canary alone (host/health/device_trouble.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/backend/device_report.h"
#include "host/base/clock.h"

namespace qr::cuda {

// How one device is found again by the driver; its index would not do, because
// CUDA_VISIBLE_DEVICES and MIG reorder.
struct DeviceIdentity {
    std::string uuid;        // "GPU-..." or "MIG-...", lower-case hexadecimal; may be empty
    std::string pci_bus_id;  // "0000:3b:00.0"; may be empty
};

struct DeviceSighting {
    std::string uuid;         // as the driver names it; may be empty
    std::string mig_profile;  // "1g.10gb"; empty: the whole device
    DeviceCondition condition;
};

// Where conditions come from. Called by one thread at a time; may block; must not throw.
class ConditionSource {
  public:
    virtual ~ConditionSource() = default;
    // One for each device, always in the same order.
    virtual std::vector<DeviceSighting> look() = 0;
};

class DeviceMonitor {
  public:
    struct Options {
        // Shorter shows a change sooner; each look costs some ten calls of the driver a device.
        Duration interval = std::chrono::seconds(1);
        // How long making a monitor waits for the first look, so that a report made at once is
        // whole.
        Duration first_max = std::chrono::seconds(1);
    };
    static constexpr std::chrono::milliseconds kReturnMax{250};

    // `devices`: as many as the source tells of. The clock must outlive the monitor. Where no
    // thread can be made nothing is seen, and the conditions say so.
    DeviceMonitor(std::shared_ptr<ConditionSource> source, std::size_t devices, const Clock& clock,
                  Options options);
    DeviceMonitor(std::shared_ptr<ConditionSource> source, std::size_t devices, const Clock& clock)
        : DeviceMonitor(std::move(source), devices, clock, Options{}) {}
    // Joins, or leaves a thread behind whose look does not return within kReturnMax.
    ~DeviceMonitor();
    DeviceMonitor(const DeviceMonitor&) = delete;
    DeviceMonitor& operator=(const DeviceMonitor&) = delete;

    struct Seen {
        std::optional<TimePoint> at;  // empty: never yet
        DeviceSighting sighting;
    };
    // `device` counts in the source's order. Thread-safe, never blocks for a device.
    Seen last(std::size_t device) const;
    DeviceCondition condition(std::size_t device) const { return last(device).sighting.condition; }

    // The report of the device `report.index` with what was seen last: condition, time, MIG
    // profile, and the driver's UUID where it gave one.
    DeviceReport completed(DeviceReport report) const;

  private:
    struct Shared;
    static void run(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace qr::cuda
