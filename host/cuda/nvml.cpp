#include "host/cuda/nvml.h"

#include <algorithm>
#include <array>
#include <utility>

#include "host/backend/xid.h"

namespace qr::cuda {

using nvml::call;
using nvml::Status;

NvmlConditions::NvmlConditions(std::vector<DeviceIdentity> devices, std::string file)
    : file_(std::move(file)) {
    for (DeviceIdentity& identity : devices)
        devices_.push_back({.identity = std::move(identity)});
}

NvmlConditions::~NvmlConditions() {
    if (events_ != nullptr) static_cast<void>(call(library_->api().event_set_free, events_));
}

void NvmlConditions::open() {
    if (std::exchange(is_opened_, true)) return;
    Result<std::shared_ptr<const NvmlLibrary>> opened = NvmlLibrary::open(file_);
    if (!opened.ok()) {
        fault_ = opened.error().message;
        return;
    }
    library_ = std::move(*opened);
    if (call(library_->api().event_set_create, &events_) != Status::success) events_ = nullptr;
}

void NvmlConditions::find(Watched& watched) {
    Result<NvmlDevice> found = find_device(*library_, watched.identity);
    if (!found.ok()) {
        watched.missing = found.error().message;
        return;
    }
    watched.device = std::move(*found);
    if (events_ == nullptr) return;
    // Once for a board, however many of its instances are watched: an event is told once.
    const bool is_registered = std::ranges::any_of(devices_, [&](const Watched& other) {
        return other.xid_errors && other.device->board == watched.device->board;
    });
    const auto register_board = [&] {
        return call(library_->api().register_events, watched.device->board, nvml::kEventXid,
                    events_);
    };
    if (is_registered || register_board() == Status::success) watched.xid_errors = 0;
}

// An instance has its own Xid errors and those of the whole board.
bool NvmlConditions::concerns(const nvml::EventData& event, const std::string& board_uuid,
                              const NvmlDevice& device) const {
    const bool is_board =
        event.device == device.board || (!board_uuid.empty() && board_uuid == device.board_uuid);
    const auto is_own = [](unsigned instance, const std::optional<unsigned>& own) {
        return instance == nvml::kNoInstance || !own || instance == *own;
    };
    return is_board && is_own(event.gpu_instance, device.gpu_instance) &&
           is_own(event.compute_instance, device.compute_instance);
}

void NvmlConditions::note_xid(const nvml::EventData& event) {
    std::array<char, nvml::kUuidBytes> uuid{};
    const Status named = call(library_->api().uuid, event.device, uuid.data(),
                              static_cast<unsigned>(uuid.size() - 1));
    const std::string board_uuid = named == Status::success ? uuid.data() : "";
    const auto xid = static_cast<unsigned>(event.data);
    for (Watched& watched : devices_) {
        if (!watched.xid_errors || !concerns(event, board_uuid, *watched.device)) continue;
        ++*watched.xid_errors;
        watched.last_xid = xid;
        if (is_critical_xid(xid)) watched.critical_xid = xid;
    }
}

void NvmlConditions::take_events() {
    if (events_ == nullptr) return;
    for (int taken = 0; taken < kEventsPerLookMax; ++taken) {
        nvml::EventData event{};
        event.gpu_instance = event.compute_instance = nvml::kNoInstance;
        constexpr unsigned kAtOnce = 0;
        if (call(library_->api().event_set_wait, events_, &event, kAtOnce) != Status::success)
            return;
        if ((event.type & nvml::kEventXid) != 0) note_xid(event);
    }
}

DeviceSighting NvmlConditions::sighting_of(Watched& watched) const {
    DeviceSighting sighting;
    if (!watched.device) {
        sighting.condition.message = watched.missing;
        return sighting;
    }
    sighting.uuid = watched.device->uuid;
    sighting.mig_profile = watched.device->mig_profile;
    sighting.condition = ask(*library_, *watched.device);
    sighting.condition.xid_errors = watched.xid_errors;
    sighting.condition.last_xid = watched.last_xid;
    sighting.condition.critical_xid = watched.critical_xid;
    return sighting;
}

std::vector<DeviceSighting> NvmlConditions::look() {
    open();
    std::vector<DeviceSighting> sightings(devices_.size());
    if (library_ == nullptr) {
        for (DeviceSighting& sighting : sightings)
            sighting.condition.message = fault_;
        return sightings;
    }
    for (Watched& watched : devices_) {
        if (!watched.device) find(watched);
    }
    take_events();
    for (std::size_t i = 0; i < devices_.size(); ++i)
        sightings[i] = sighting_of(devices_[i]);
    return sightings;
}

std::unique_ptr<DeviceMonitor> watch_devices(std::vector<DeviceIdentity> devices,
                                             const Clock& clock) {
    const std::size_t count = devices.size();
    return std::make_unique<DeviceMonitor>(std::make_shared<NvmlConditions>(std::move(devices)),
                                           count, clock);
}

}  // namespace qr::cuda
