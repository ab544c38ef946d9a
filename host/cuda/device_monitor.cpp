#include "host/cuda/device_monitor.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include "host/base/check.h"

namespace qr::cuda {

struct DeviceMonitor::Shared {
    Shared(std::shared_ptr<ConditionSource> s, std::size_t devices, const Clock& c, Duration i)
        : source(std::move(s)), clock(c), interval(i), seen(devices) {}
    const std::shared_ptr<ConditionSource> source;
    const Clock& clock;  // not to be asked once is_stopping
    const Duration interval;
    std::mutex mutex;
    std::condition_variable changed;
    bool is_stopping = false;
    bool is_looking = false;
    bool has_looked = false;
    std::vector<Seen> seen;
};

DeviceMonitor::DeviceMonitor(std::shared_ptr<ConditionSource> source, std::size_t devices,
                             const Clock& clock, Options options)
    : shared_(std::make_shared<Shared>(std::move(source), devices, clock, options.interval)) {
    try {
        thread_ = std::thread([shared = shared_] { run(shared); });
    } catch (const std::system_error& error) {
        for (Seen& seen : shared_->seen)
            seen.sighting.condition.message = std::string("no thread to look: ") + error.what();
        return;
    }
    std::unique_lock lock(shared_->mutex);
    shared_->changed.wait_for(lock, options.first_max, [this] { return shared_->has_looked; });
}

DeviceMonitor::~DeviceMonitor() {
    if (!thread_.joinable()) return;
    bool has_returned = false;
    {
        std::unique_lock lock(shared_->mutex);
        shared_->is_stopping = true;
        shared_->changed.notify_all();
        has_returned =
            shared_->changed.wait_for(lock, kReturnMax, [this] { return !shared_->is_looking; });
    }
    if (has_returned) {
        thread_.join();
    } else {
        thread_.detach();
    }
}

void DeviceMonitor::run(const std::shared_ptr<Shared>& shared) {
    std::unique_lock lock(shared->mutex);
    while (!shared->is_stopping) {
        shared->is_looking = true;
        lock.unlock();
        std::vector<DeviceSighting> sightings = shared->source->look();
        lock.lock();
        shared->is_looking = false;
        shared->has_looked = true;
        shared->changed.notify_all();
        if (shared->is_stopping) return;
        QR_CHECK(sightings.size() == shared->seen.size());
        const TimePoint now = shared->clock.now();
        for (std::size_t i = 0; i < sightings.size(); ++i)
            shared->seen[i] = {now, std::move(sightings[i])};
        shared->changed.wait_for(lock, shared->interval, [&] { return shared->is_stopping; });
    }
}

DeviceMonitor::Seen DeviceMonitor::last(std::size_t device) const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->seen.at(device);
}

DeviceReport DeviceMonitor::completed(DeviceReport report) const {
    Seen seen = last(report.index);
    report.seen = seen.at;
    report.condition = std::move(seen.sighting.condition);
    if (!seen.sighting.mig_profile.empty()) report.mig_profile = seen.sighting.mig_profile;
    if (!seen.sighting.uuid.empty()) report.uuid = seen.sighting.uuid;
    return report;
}

}  // namespace qr::cuda
