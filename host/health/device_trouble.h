// What devices report against themselves: as a sentence, and as news for the log.
//
// The rule: nothing here fails health. An uncorrected memory error or an Xid, even one after which
// the device should be reset, may be another program's, may be contained already, and says nothing
// of this server's scores. The canary does, and it alone decides (health_monitor.h). What the
// device said is shown beside the verdict, as the likely reason.
//
// Pure: no lock, no thread, no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/backend/device_report.h"
#include "host/base/clock.h"

namespace qr {

// "Xid 79: the device has fallen off the bus; 1 uncorrected memory error". Empty: nothing.
std::string describe_trouble(const DeviceReport& report);
// Of all of them, each with its index: "device 0 reports ...".
std::string describe_trouble(const std::vector<DeviceReport>& reports);

enum class DeviceNewsKind : std::uint8_t { xid, ecc_uncorrected, throttled, unthrottled };

struct DeviceNews {
    DeviceNewsKind kind = DeviceNewsKind::xid;
    std::size_t device = 0;  // its index
    std::string uuid;
    std::uint64_t count = 0;  // of errors since the news before
    std::optional<unsigned> xid;
    bool is_critical = false;
    std::string message;
};

// Turns reports, as they come, into one piece of news a change. What was there at the first look of
// a device (errors since the driver was loaded) is told once, too.
class DeviceChanges {
  public:
    // A device under full load meets its power limit on and off; throttling counts as over when
    // none was seen for so long.
    static constexpr std::chrono::seconds kCalmAfter{10};

    std::vector<DeviceNews> take(const std::vector<DeviceReport>& reports, TimePoint now);

  private:
    struct Known {
        std::uint64_t xid_errors = 0;
        std::optional<unsigned> critical_xid;
        std::uint64_t ecc_uncorrected = 0;
        std::optional<TimePoint> throttled_at;  // seen last; empty: not throttled
    };

    static std::optional<DeviceNews> xid_news(const DeviceReport& report, Known& known);
    static std::optional<DeviceNews> ecc_news(const DeviceReport& report, Known& known);
    static std::optional<DeviceNews> throttle_news(const DeviceReport& report, Known& known,
                                                   TimePoint now);

    std::vector<Known> known_;  // by the place in the reports
};

}  // namespace qr
