#include "host/cuda/lane_queue.h"

#include <algorithm>
#include <utility>

#include "host/base/check.h"

namespace qr::cuda {

std::size_t LaneQueue::DeviceState::taken() const {
    return static_cast<std::size_t>(std::ranges::count(is_taken, true));
}

LaneQueue::LaneQueue(const std::vector<std::size_t>& lanes_of_devices) {
    for (const std::size_t lanes : lanes_of_devices)
        devices_.push_back({.is_taken = std::vector<bool>(lanes, false)});
}

std::optional<LanePlace> LaneQueue::take() {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = asked_++;
    std::optional<LanePlace> place;
    changed_.wait(lock, [&] {
        if (mine != served_) return false;
        place = find_free();
        return place.has_value() || is_all_lost();
    });
    ++served_;
    if (place.has_value()) {
        DeviceState& device = devices_[place->device];
        device.is_taken[place->lane] = true;
        ++device.batches;
    }
    changed_.notify_all();
    return place;
}

std::optional<LanePlace> LaneQueue::find_free() const {
    std::optional<LanePlace> best;
    std::pair<std::size_t, std::uint64_t> least;
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        const DeviceState& device = devices_[i];
        const auto free = std::ranges::find(device.is_taken, false);
        if (device.is_lost || free == device.is_taken.end()) continue;
        const std::pair load{device.taken(), device.batches};
        if (best.has_value() && !(load < least)) continue;
        best = {.device = i, .lane = static_cast<std::size_t>(free - device.is_taken.begin())};
        least = load;
    }
    return best;
}

bool LaneQueue::is_all_lost() const {
    return std::ranges::all_of(devices_, [](const DeviceState& device) { return device.is_lost; });
}

void LaneQueue::give_back(const LanePlace& place) {
    const std::lock_guard lock(mutex_);
    QR_CHECK(devices_[place.device].is_taken[place.lane]);
    devices_[place.device].is_taken[place.lane] = false;
    changed_.notify_all();
}

void LaneQueue::lose(std::size_t device, const std::string& error) {
    const std::lock_guard lock(mutex_);
    DeviceState& state = devices_[device];
    if (!state.is_lost) state.error = error;
    state.is_lost = true;
    changed_.notify_all();
}

LaneQueue::DeviceState LaneQueue::state(std::size_t device) const {
    const std::lock_guard lock(mutex_);
    return devices_[device];
}

std::size_t LaneQueue::waiting() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(asked_ - served_);
}

}  // namespace qr::cuda
