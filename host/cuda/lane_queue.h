// Who may use which lane: callers come in the order they asked, to the device with least to do.
//
// No CUDA in here. A caller waits while every lane is taken and is never overtaken. A device that
// is lost gives no more lanes; calls that are on it then end by themselves.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace qr::cuda {

struct LanePlace {
    std::size_t device = 0;
    std::size_t lane = 0;  // of the device
    friend bool operator==(const LanePlace&, const LanePlace&) = default;
};

class LaneQueue {
  public:
    struct DeviceState {
        std::vector<bool> is_taken;  // by lane
        std::uint64_t batches = 0;   // that it was given
        bool is_lost = false;
        std::string error;  // why

        std::size_t taken() const;
    };

    explicit LaneQueue(const std::vector<std::size_t>& lanes_of_devices);

    // A free lane of the device with the fewest taken, of those the one that was given the fewest
    // batches. Waits for one; empty when every device is lost.
    std::optional<LanePlace> take();
    void give_back(const LanePlace& place);
    // For good; the first error stays.
    void lose(std::size_t device, const std::string& error);

    DeviceState state(std::size_t device) const;
    std::size_t waiting() const;

  private:
    std::optional<LanePlace> find_free() const;
    bool is_all_lost() const;

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<DeviceState> devices_;
    std::uint64_t asked_ = 0;   // callers so far
    std::uint64_t served_ = 0;  // of them
};

// A lane taken, for as long as this lives.
class LaneHold {
  public:
    LaneHold(LaneQueue& queue, const LanePlace& place) : queue_(queue), place_(place) {}
    ~LaneHold() { queue_.give_back(place_); }
    LaneHold(const LaneHold&) = delete;
    LaneHold& operator=(const LaneHold&) = delete;

  private:
    LaneQueue& queue_;
    const LanePlace place_;
};

}  // namespace qr::cuda
