// The conditions of devices as the driver's management library tells them.
//
// Opened at the first look, on the thread that looks, because starting NVML may take as long as the
// driver likes. A device that is not found is looked for again at each look. Nothing here says that
// a device may not serve; see host/health/device_trouble.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/cuda/device_monitor.h"
#include "host/cuda/nvml_device.h"
#include "host/cuda/nvml_library.h"

namespace qr::cuda {

class NvmlConditions final : public ConditionSource {
  public:
    // Xid errors taken up at one look; further ones wait for the next.
    static constexpr int kEventsPerLookMax = 64;

    explicit NvmlConditions(std::vector<DeviceIdentity> devices, std::string file = kNvmlFile);
    ~NvmlConditions() override;
    NvmlConditions(const NvmlConditions&) = delete;
    NvmlConditions& operator=(const NvmlConditions&) = delete;

    std::vector<DeviceSighting> look() override;

  private:
    struct Watched {
        DeviceIdentity identity;
        std::optional<NvmlDevice> device;
        std::string missing;  // why there is no device
        std::optional<std::uint64_t> xid_errors;
        std::optional<unsigned> last_xid;
        std::optional<unsigned> critical_xid;
    };

    void open();
    void find(Watched& watched);
    void take_events();
    void note_xid(const nvml::EventData& event);
    bool concerns(const nvml::EventData& event, const std::string& board_uuid,
                  const NvmlDevice& device) const;
    DeviceSighting sighting_of(Watched& watched) const;

    const std::string file_;
    std::vector<Watched> devices_;
    bool is_opened_ = false;
    std::string fault_;  // why there is no library
    std::shared_ptr<const NvmlLibrary> library_;
    nvml::EventSet events_ = nullptr;
};

// What a backend needs: a monitor of its devices, in this order. The clock must outlive it.
std::unique_ptr<DeviceMonitor> watch_devices(std::vector<DeviceIdentity> devices,
                                             const Clock& clock);

}  // namespace qr::cuda
