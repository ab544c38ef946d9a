#include "host/cuda/device_monitor.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "tests/support/manual_clock.h"

namespace qr::cuda {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::ManualClock;

// Tells of two devices; the first one's temperature counts the looks. Held shut, a look hangs.
class CountingSource final : public ConditionSource {
  public:
    ~CountingSource() override { gone_.set_value(); }

    std::vector<DeviceSighting> look() override {
        std::unique_lock lock(mutex_);
        ++looks_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_open_; });
        ++returns_;
        changed_.notify_all();
        std::vector<DeviceSighting> seen(2);
        seen[0].condition.temperature_celsius = looks_;
        seen[1] = {.uuid = "MIG-2", .mig_profile = "1g.10gb", .condition = {}};
        return seen;
    }

    void shut() { set_open(false); }
    void open() { set_open(true); }
    void await_looks(unsigned count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return looks_ >= count; });
    }
    std::future<void> gone() { return gone_.get_future(); }

  private:
    void set_open(bool is_open) {
        const std::lock_guard lock(mutex_);
        is_open_ = is_open;
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_open_ = true;
    unsigned looks_ = 0;
    unsigned returns_ = 0;
    std::promise<void> gone_;
};

class DeviceMonitorTest : public testing::Test {
  protected:
    ManualClock clock_;
    std::shared_ptr<CountingSource> source_ = std::make_shared<CountingSource>();
};

TEST_F(DeviceMonitorTest, HasSeenTheDevicesWhenItIsMade) {
    const DeviceMonitor monitor(source_, 2, clock_, {.interval = hours(1), .first_max = hours(1)});
    EXPECT_EQ(clock_.now(), monitor.last(0).at);
    EXPECT_EQ(1U, monitor.condition(0).temperature_celsius);
    EXPECT_EQ("1g.10gb", monitor.last(1).sighting.mig_profile);
}

TEST_F(DeviceMonitorTest, LooksAgainAfterTheInterval) {
    const DeviceMonitor monitor(source_, 2, clock_, {.interval = milliseconds(1)});
    source_->await_looks(4);
    EXPECT_GE(monitor.condition(0).temperature_celsius, 3U);
}

TEST_F(DeviceMonitorTest, KeepsWhatItSawLastAndWhenWhileALookHangs) {
    const TimePoint started = clock_.now();
    const DeviceMonitor monitor(source_, 2, clock_,
                                {.interval = milliseconds(1), .first_max = hours(1)});
    source_->shut();
    source_->await_looks(2);
    clock_.advance(seconds(90));
    const DeviceMonitor::Seen seen = monitor.last(0);
    EXPECT_TRUE(seen.sighting.condition.temperature_celsius.has_value());
    EXPECT_EQ(started, seen.at);
    source_->open();
}

TEST_F(DeviceMonitorTest, IsMadeAlthoughTheFirstLookHangs) {
    source_->shut();
    const DeviceMonitor monitor(source_, 2, clock_,
                                {.interval = hours(1), .first_max = milliseconds(1)});
    EXPECT_FALSE(monitor.last(0).at.has_value());
    EXPECT_FALSE(monitor.condition(1).temperature_celsius.has_value());
    source_->open();
}

TEST_F(DeviceMonitorTest, GoesWithoutWaitingLongForALookThatHangs) {
    source_->shut();
    std::future<void> gone = source_->gone();
    CountingSource& source = *source_;
    {
        const DeviceMonitor monitor(std::move(source_), 2, clock_, {.first_max = Duration::zero()});
        source.await_looks(1);
    }
    source.open();  // the thread left behind ends, and the source with it
    gone.wait();
}

TEST_F(DeviceMonitorTest, StopsAtOnceBetweenLooks) {
    const DeviceMonitor monitor(source_, 2, clock_, {.interval = hours(1)});
}

TEST_F(DeviceMonitorTest, CompletesAReportByItsIndex) {
    const DeviceMonitor monitor(source_, 2, clock_, {.interval = hours(1), .first_max = hours(1)});
    const DeviceReport whole = monitor.completed({.index = 0, .uuid = "GPU-1", .lanes = 2});
    EXPECT_EQ("GPU-1", whole.uuid);
    EXPECT_EQ("", whole.mig_profile);
    EXPECT_EQ(2U, whole.lanes);
    EXPECT_EQ(clock_.now(), whole.seen);
    EXPECT_EQ(1U, whole.condition.temperature_celsius);
    const DeviceReport instance = monitor.completed({.index = 1, .uuid = "GPU-2"});
    EXPECT_EQ("MIG-2", instance.uuid);
    EXPECT_EQ("1g.10gb", instance.mig_profile);
}

TEST_F(DeviceMonitorTest, MayBeReadWhileItLooks) {
    const DeviceMonitor monitor(source_, 2, clock_, {.interval = Duration(1)});
    unsigned before = 0;
    for (int i = 0; i < 2000; ++i) {
        const unsigned now = monitor.condition(0).temperature_celsius.value_or(0);
        EXPECT_LE(before, now);
        before = now;
    }
}

}  // namespace
}  // namespace qr::cuda
