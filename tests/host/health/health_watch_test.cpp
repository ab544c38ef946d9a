// The watch with its threads: a device fails, and readiness, hooks and service manager learn of it.
// Time is the test's; every wait is for something that happens.
#include "host/health/health_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <optional>

#include "tests/host/backend/vectors.h"
#include "tests/host/batching/mailbox.h"
#include "tests/support/faulty_backend.h"
#include "tests/support/gated_backend.h"
#include "tests/support/manual_clock.h"
#include "tests/support/notify_socket.h"

namespace qr::test {
namespace {

using scoring::Method;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using Kind = Fault::Kind;

// What the hooks were told.
class Diary {
  public:
    HealthWatch::Hooks hooks() {
        return {.loop_pulses = nullptr,
                .on_change = [this](const HealthReport& report) { add(changes_, report); },
                .on_canary =
                    [this](std::string_view backend, const CanaryResult& result) {
                        add(canaries_,
                            std::string(backend) + " " + std::string(to_string(result.outcome)));
                    },
                .on_device = [this](const DeviceNews& news) { add(news_, news); },
                .end_process = [this](const EndOfProcess& end) { add(ends_, end); }};
    }
    // Blocks until the state was changed to that.
    HealthReport await(HealthState state) {
        std::unique_lock lock(mutex_);
        told_.wait(lock, [&] { return !changes_.empty() && changes_.back().state == state; });
        return changes_.back();
    }
    void await_canary(const std::string& what, std::ptrdiff_t times = 1) {
        std::unique_lock lock(mutex_);
        told_.wait(lock, [&] { return std::ranges::count(canaries_, what) >= times; });
    }
    EndOfProcess await_end() {
        std::unique_lock lock(mutex_);
        told_.wait(lock, [&] { return !ends_.empty(); });
        return ends_.front();
    }
    // The first so many pieces of news, and how many there are.
    std::vector<DeviceNews> await_news(std::size_t count) {
        std::unique_lock lock(mutex_);
        told_.wait(lock, [&] { return news_.size() >= count; });
        return news_;
    }
    std::vector<HealthState> states() {
        const std::lock_guard lock(mutex_);
        std::vector<HealthState> states;
        for (const HealthReport& report : changes_)
            states.push_back(report.state);
        return states;
    }
    std::size_t ends() {
        const std::lock_guard lock(mutex_);
        return ends_.size();
    }

  private:
    template <class Entries, class Entry>
    void add(Entries& entries, const Entry& entry) {
        const std::lock_guard lock(mutex_);
        entries.push_back(entry);
        told_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable told_;
    std::vector<HealthReport> changes_;
    std::vector<std::string> canaries_;
    std::vector<DeviceNews> news_;
    std::vector<EndOfProcess> ends_;
};

class HealthWatchTest : public testing::Test {
  protected:
    void start(GpuLossAction action = GpuLossAction::degrade, ServiceManager* manager = nullptr) {
        watch_ = std::make_unique<HealthWatch>(
            clock_, manager == nullptr ? nobody_ : *manager,
            HealthWatch::Options{
                .limits = health_limits(milliseconds(500), seconds(1), seconds(10), action),
                .canary_interval = milliseconds(1),
                .tick = milliseconds(1)},
            diary_.hooks());
    }
    void load_device() {
        auto made = FailoverBackend::make(
            device_, cpu_, clock_,
            {.timeout = hours(1), .on_change = [this](const auto&) { watch_->wake(); }});
        ASSERT_TRUE(made.ok());
        failover_ = std::move(*made);
        ASSERT_TRUE(watch_->on_loaded(failover_, idle_batcher()).ok());
    }
    // Passes time as the monitor believes in it: in steps shorter than a stall.
    void pass(Duration duration) {
        for (; duration > Duration::zero(); duration -= seconds(1)) {
            clock_.advance(seconds(1));
            const TimePoint now = clock_.now();
            watch_->wake();
            while (ticked_at_.load() < now.time_since_epoch().count())
                std::this_thread::yield();
        }
    }
    // A batcher's status; remembers when the watch asked for it, which it does once a tick.
    std::function<BatcherStatus()> idle_batcher() {
        return [this] {
            const Duration::rep now = clock_.now().time_since_epoch().count();
            ticked_at_.store(last_asked_.exchange(now));
            return BatcherStatus{};
        };
    }

    ManualClock clock_;
    Diary diary_;
    ServiceManager nobody_{ServiceManager::Environment{}};
    std::atomic<Duration::rep> last_asked_{0};
    std::atomic<Duration::rep> ticked_at_{0};  // a tick that began then has ended
    const std::shared_ptr<FidelityBackend> cpu_ = make("reference", 1);
    const std::shared_ptr<FaultyBackend> device_ =
        std::make_shared<FaultyBackend>(make("reference", 1));
    std::shared_ptr<FailoverBackend> failover_;
    std::unique_ptr<HealthWatch> watch_;
};

TEST_F(HealthWatchTest, TellsWhatADeviceReportsOnceAndStaysReady) {
    std::atomic<std::uint64_t> errors{0};
    const auto devices = [&errors] {
        const std::uint64_t seen = errors.load();
        DeviceReport report{.uuid = "GPU-1", .condition = {.xid_errors = seen}};
        if (seen > 0) report.condition.last_xid = report.condition.critical_xid = 79;
        return std::vector{report};
    };
    const auto device = std::make_shared<FaultyBackend>(make("reference", 1),
                                                        FaultyBackend::Options{.devices = devices});
    start();
    auto made = FailoverBackend::make(device, cpu_, clock_, {.timeout = hours(1)});
    ASSERT_TRUE(made.ok());
    ASSERT_TRUE(
        watch_->on_loaded(std::shared_ptr<FailoverBackend>(std::move(*made)), idle_batcher()).ok());
    errors.store(1);
    EXPECT_EQ("GPU-1", diary_.await_news(1).at(0).uuid);
    diary_.await_canary("reference passed", 10);
    EXPECT_EQ(HealthState::ready, watch_->state());
    EXPECT_THAT(watch_->report().reason, StartsWith("every check passes; device 0 reports Xid 79"));
    errors.store(2);
    const std::vector<DeviceNews> news = diary_.await_news(2);
    EXPECT_EQ(2U, news.size());
    EXPECT_EQ(79U, news[1].xid);
    watch_->stop();
}

TEST_F(HealthWatchTest, IsReadyWhenOnLoadedReturns) {
    start();
    EXPECT_EQ(HealthState::starting, watch_->state());
    ASSERT_TRUE(watch_->on_loaded(cpu_, nullptr).ok());
    EXPECT_EQ(HealthState::ready, watch_->state());
    diary_.await_canary("reference passed", 3);
    const HealthReport report = watch_->report();
    ASSERT_EQ(1U, report.backends.size());
    EXPECT_EQ("reference", report.backends[0].name);
    EXPECT_EQ("cpu", report.backends[0].device);
    EXPECT_EQ(BackendRole::only, report.backends[0].role);
    EXPECT_EQ(CanaryOutcome::passed, report.backends[0].canary->result.outcome);
}

TEST_F(HealthWatchTest, IsFailingWhenNothingCouldBeLoaded) {
    start();
    watch_->on_load_failed({.code = Code::unavailable, .message = "no such device"});
    EXPECT_EQ(HealthState::failing, watch_->state());
    EXPECT_EQ("no such device", watch_->report().reason);
}

TEST_F(HealthWatchTest, IsDrainingWhenBeginDrainReturns) {
    start();
    load_device();
    watch_->begin_drain();
    EXPECT_EQ(HealthState::draining, watch_->state());
    watch_->stop();
    EXPECT_THAT(diary_.states(), ElementsAre(HealthState::ready, HealthState::draining));
}

TEST_F(HealthWatchTest, SeesALostDeviceWhileIdleAndSeesItComeBack) {
    start();
    load_device();
    for (const Kind fault : {Kind::unavailable, Kind::internal}) {
        device_->set(fault);
        const HealthReport report = diary_.await(HealthState::degraded);
        EXPECT_THAT(report.reason, HasSubstr("the stand-in was told to fail"));
        EXPECT_EQ(HealthState::degraded, watch_->state());
        device_->set(Kind::none);
        diary_.await(HealthState::ready);
    }
    watch_->stop();
    EXPECT_THAT(diary_.states(),
                ElementsAre(HealthState::ready, HealthState::degraded, HealthState::ready,
                            HealthState::degraded, HealthState::ready));
}

TEST_F(HealthWatchTest, AWrongAnswerDegradesForGood) {
    start();
    load_device();
    device_->set(Kind::wrong);
    EXPECT_THAT(diary_.await(HealthState::degraded).reason, StartsWith("the device is wrong"));
    device_->set(Kind::none);
    diary_.await_canary("stand-in-device passed", 5);
    EXPECT_EQ(HealthState::degraded, watch_->state());
}

TEST_F(HealthWatchTest, ABatchThatFailsOverIsSeenWithoutACanary) {
    start();
    load_device();
    diary_.await_canary("stand-in-device passed");
    const Matrix x = matrix_of({{1, 2, 3}});
    failover_->note_canary({.outcome = CanaryOutcome::wrong});  // no later canary takes that back
    diary_.await(HealthState::degraded);
    EXPECT_EQ((std::vector{1.0}), scores_of(*failover_, task_of(x, x, Method::fidelity)).values);
}

TEST_F(HealthWatchTest, AHungDeviceIsOverdueAndTheCpuTakesOver) {
    start();
    load_device();
    device_->set(Kind::hang);
    device_->await_calls(device_->calls() + 1);
    // The CPU's canary may be out for two steps by chance, but not for ever.
    while (watch_->state() != HealthState::degraded)
        pass(seconds(1));
    diary_.await_canary("stand-in-device overdue");
    EXPECT_EQ(FailoverReason::timed_out, failover_->status().reason);
    EXPECT_TRUE(watch_->report().backends.at(0).is_overdue);
    device_->set(Kind::none);
    diary_.await(HealthState::ready);
}

TEST_F(HealthWatchTest, WithoutASecondaryALostBackendFailsTheServer) {
    start();
    ASSERT_TRUE(watch_->on_loaded(std::shared_ptr<FidelityBackend>(device_), nullptr).ok());
    device_->set(Kind::unavailable);
    EXPECT_THAT(diary_.await(HealthState::failing).reason,
                HasSubstr("backend 'stand-in-device' cannot serve"));
    device_->set(Kind::none);
    diary_.await(HealthState::ready);
}

TEST_F(HealthWatchTest, OnGpuLossExitEndsTheProcessOnceWithThree) {
    start(GpuLossAction::exit);
    load_device();
    device_->set(Kind::unavailable);
    const EndOfProcess end = diary_.await_end();
    EXPECT_EQ(3, end.exit_code);
    EXPECT_THAT(end.reason, HasSubstr("the device is lost"));
    EXPECT_EQ(HealthState::failing, watch_->state());
    diary_.await_canary("stand-in-device failed", 5);
    EXPECT_EQ(1U, diary_.ends());
}

TEST_F(HealthWatchTest, BatchesAreNotedWithTheBackendThatScoredThem) {
    start();
    watch_->note_batch("reference", std::nullopt);  // before there is one: forgotten
    load_device();
    watch_->note_batch("stand-in-device", std::nullopt);
    watch_->note_batch("stand-in-device", Code::unavailable);  // a failover's error is its CPU's
    const auto seen = [&](std::size_t i) { return watch_->report().backends.at(i); };
    while (!seen(0).batch || !seen(1).batch)
        std::this_thread::yield();
    EXPECT_FALSE(seen(0).batch->failed.has_value());
    EXPECT_EQ(Code::unavailable, seen(1).batch->failed);
    EXPECT_EQ("batch failed (unavailable)", seen(1).last_error->what);
}

// A lane hangs in its backend: the watchdog ends the process.
TEST_F(HealthWatchTest, AStuckLaneEndsTheProcess) {
    GatedBackend gate;
    gate.shut();
    Batcher batcher(gate, clock_, {});
    const test::Vectors vectors(1);
    test::Mailbox box;
    Job job = test::job_of(vectors, box);
    ASSERT_TRUE(batcher.submit(job).ok());
    gate.await_batches(1);
    start();
    const auto status = [tell_time = idle_batcher(), &batcher] {
        tell_time();
        return batcher.status();
    };
    ASSERT_TRUE(watch_->on_loaded(cpu_, status).ok());
    pass(seconds(7));
    EXPECT_EQ(HealthState::failing, watch_->state());
    EXPECT_EQ(0U, diary_.ends());
    pass(seconds(5));
    EXPECT_EQ((EndOfProcess{1, "lane 0 is at one batch for longer than 5000 ms"}),
              diary_.await_end());
    watch_->stop();
    gate.open();
    EXPECT_TRUE(box.await().ok());
}

TEST_F(HealthWatchTest, TheServiceManagerHearsReadyStatusAndStopping) {
    NotifySocket socket(own_socket_name());
    ServiceManager manager({.notify_socket = socket.name()});
    start(GpuLossAction::degrade, &manager);
    load_device();
    EXPECT_EQ("STATUS=ready: every check passes", socket.receive());
    EXPECT_EQ("READY=1", socket.receive());
    device_->set(Kind::unavailable);
    EXPECT_THAT(socket.receive(), StartsWith("STATUS=degraded: the device is lost"));
    device_->set(Kind::none);
    EXPECT_THAT(socket.receive(), StartsWith("STATUS=ready"));
    watch_->begin_drain();
    EXPECT_THAT(socket.receive(), StartsWith("STATUS=draining"));
    EXPECT_EQ("STOPPING=1", socket.receive());
    watch_->stop();
    EXPECT_TRUE(socket.is_silent());  // no watchdog was asked for
}

TEST_F(HealthWatchTest, TheServiceManagersWatchdogIsPingedOnlyWhileThingsMove) {
    NotifySocket socket(own_socket_name());
    ServiceManager manager({.notify_socket = socket.name(), .watchdog_usec = "4000000"});
    std::atomic<Duration::rep> silent_since{0};
    start(GpuLossAction::degrade, &manager);
    const auto tell_time = idle_batcher();
    ASSERT_TRUE(watch_
                    ->on_loaded(cpu_,
                                [&, tell_time] {
                                    BatcherStatus status = tell_time();
                                    const Duration::rep since = silent_since.load();
                                    if (since != 0)
                                        status.lanes = {{.busy_since = TimePoint(Duration(since))}};
                                    return status;
                                })
                    .ok());
    EXPECT_THAT(socket.receive(), StartsWith("STATUS=ready"));
    EXPECT_EQ("READY=1", socket.receive());
    pass(seconds(1));
    EXPECT_EQ("WATCHDOG=1", socket.receive());
    pass(seconds(1));
    EXPECT_EQ("WATCHDOG=1", socket.receive());
    silent_since.store(clock_.now().time_since_epoch().count());
    pass(seconds(6));
    std::string last;
    while (!last.starts_with("STATUS=failing"))
        last = socket.receive();
    pass(seconds(3));
    EXPECT_TRUE(socket.is_silent());
    watch_->stop();
}

TEST_F(HealthWatchTest, StopsWhileADeviceHangs) {
    start();
    load_device();
    device_->set(Kind::hang);
    device_->await_calls(device_->calls() + 1);
    watch_->stop();
    watch_->stop();
    device_->set(Kind::none);
}

}  // namespace
}  // namespace qr::test
