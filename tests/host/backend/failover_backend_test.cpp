// The failover in front of a device that fails in every way it can. That it keeps the contract of
// every backend is held by the contract suites (contracted.h).
#include "host/backend/failover_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/host/backend/vectors.h"
#include "tests/support/faulty_backend.h"
#include "tests/support/manual_clock.h"

namespace qr::test {
namespace {

using scoring::Method;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using Kind = Fault::Kind;

class FailoverBackendTest : public testing::Test {
  protected:
    void SetUp() override { build(hours(1)); }

    void build(Duration timeout) {
        auto made = FailoverBackend::make(device_, cpu_, clock_,
                                          {.timeout = timeout, .on_change = [this](const auto& s) {
                                               const std::lock_guard lock(mutex_);
                                               changes_.push_back(s);
                                           }});
        ASSERT_TRUE(made.ok());
        failover_ = std::move(*made);
    }
    std::vector<FailoverStatus> changes() {
        const std::lock_guard lock(mutex_);
        return changes_;
    }
    // Scores the batch and holds it to the CPU's bits. Who scored it.
    std::string_view score() {
        const Scores found = scores_of(*failover_, batch_);
        const Scores expected = scores_of(*cpu_, batch_);
        EXPECT_EQ(expected.tasks.size(), found.tasks.size());
        for (std::size_t i = 0; i < found.tasks.size(); ++i)
            EXPECT_EQ(bits_of(expected.tasks[i].values), bits_of(found.tasks[i].values)) << i;
        return found.backend;
    }
    // Until the device has a call that was given up: one that no thread took in time was not made.
    void hang_a_call() {
        build(milliseconds(1));
        device_->set(Kind::hang);
        score();
        while (device_->calls() == 0) {
            for (int i = 0; i < 3; ++i)
                failover_->note_canary({});
            score();
        }
    }
    std::uint64_t failovers(FailoverReason reason) {
        return failover_->status().failovers.at(static_cast<std::size_t>(reason));
    }
    void pass_canaries(int count) {
        for (int i = 0; i < count; ++i)
            failover_->note_canary(run_canary(*failover_->primary()));
    }

    ManualClock clock_;
    Random random_{7};
    const Matrix queries_ = random_matrix(random_, 2, 96);
    const Matrix documents_ = random_matrix(random_, 9, 96);
    const ScoreBatch batch_{{task_of(queries_, documents_, Method::signed_fidelity),
                             task_of(documents_, queries_, Method::bures_angle)}};
    const std::shared_ptr<FidelityBackend> cpu_ = make("reference", 1);
    const std::shared_ptr<FaultyBackend> device_ =
        std::make_shared<FaultyBackend>(make("reference", 1));
    std::mutex mutex_;
    std::vector<FailoverStatus> changes_;
    std::unique_ptr<FailoverBackend> failover_;
};

TEST_F(FailoverBackendTest, LetsThePrimaryServeWhileItIsWell) {
    EXPECT_EQ("", score());  // whoever was asked
    EXPECT_EQ("stand-in-device", failover_->name());
    EXPECT_EQ(1U, device_->calls());
    EXPECT_EQ(PrimaryState::serving, failover_->status().state);
    EXPECT_EQ(0U, failover_->status().batches_on_secondary);
    EXPECT_TRUE(changes().empty());
}

TEST_F(FailoverBackendTest, HasThePrimarysCapabilitiesWhileItServesAndItsLanesAlways) {
    const BackendCapabilities device = failover_->capabilities();
    EXPECT_EQ("test-device", device.device);
    EXPECT_EQ(2U, device.lanes);
    EXPECT_EQ(0U, device.at_once_multiply_adds_max);
    failover_->note_canary({.outcome = CanaryOutcome::failed, .code = Code::unavailable});
    const BackendCapabilities cpu = failover_->capabilities();
    EXPECT_EQ("cpu", cpu.device);
    EXPECT_EQ(2U, cpu.lanes);
    EXPECT_EQ(0U, cpu.at_once_multiply_adds_max);
}

TEST_F(FailoverBackendTest, TellsOfThePrimarysDevicesAndStagingMemoryWhoeverServes) {
    std::byte memory[64];
    const auto device = std::make_shared<FaultyBackend>(
        make("reference", 1),
        FaultyBackend::Options{.devices =
                                   [] {
                                       return std::vector<DeviceReport>{
                                           {.name = "one", .uuid = "GPU-1"},
                                           {.index = 1, .uuid = "GPU-2", .is_lost = true}};
                                   },
                               .staging = {.bytes = memory}});
    auto made = FailoverBackend::make(device, cpu_, clock_, {});
    ASSERT_TRUE(made.ok());
    FailoverBackend& failover = **made;
    for (const PrimaryState state : {PrimaryState::serving, PrimaryState::lost}) {
        ASSERT_EQ(state, failover.status().state);
        const std::vector<DeviceReport> devices = failover.devices();
        ASSERT_EQ(2U, devices.size());
        EXPECT_EQ("one", devices[0].name);
        EXPECT_EQ("GPU-2", devices[1].uuid);
        EXPECT_TRUE(devices[1].is_lost);
        EXPECT_EQ(memory, failover.staging().bytes.data());
        EXPECT_EQ(sizeof memory, failover.staging().bytes.size());
        failover.note_canary({.outcome = CanaryOutcome::failed, .code = Code::unavailable});
    }
}

TEST_F(FailoverBackendTest, TellsOfNoDevicesAndNoStagingMemoryWhereThePrimaryHasNone) {
    EXPECT_TRUE(failover_->devices().empty());
    EXPECT_TRUE(failover_->staging().bytes.empty());
}

// A CPU scores small jobs on the thread that has them; a device may hang, so nothing goes at once.
TEST_F(FailoverBackendTest, OffersNothingAtOnceWhoeverServes) {
    const std::shared_ptr<FidelityBackend> cpu = make("cpu", 1);
    ASSERT_GT(cpu->capabilities().at_once_multiply_adds_max, 0U);
    auto made = FailoverBackend::make(cpu, cpu, clock_, {});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(0U, (*made)->capabilities().at_once_multiply_adds_max);
    (*made)->note_canary({.outcome = CanaryOutcome::failed, .code = Code::unavailable});
    EXPECT_EQ(0U, (*made)->capabilities().at_once_multiply_adds_max);
}

struct RefusalRow {
    Kind fault;
    FailoverReason reason;
    PrimaryState state;
};

class EveryFault : public FailoverBackendTest, public testing::WithParamInterface<RefusalRow> {};

INSTANTIATE_TEST_SUITE_P(
    FailoverBackend, EveryFault,
    testing::Values(RefusalRow{Kind::unavailable, FailoverReason::unavailable, PrimaryState::lost},
                    RefusalRow{Kind::internal, FailoverReason::internal, PrimaryState::lost},
                    RefusalRow{Kind::wrong, FailoverReason::wrong_answer, PrimaryState::wrong},
                    RefusalRow{Kind::no_tasks, FailoverReason::wrong_answer, PrimaryState::wrong}),
    [](const auto& row) {
        return std::string(to_string(row.param.reason)) + std::to_string(row.index);
    });

TEST_P(EveryFault, TheBatchInFlightIsScoredOnTheSecondaryAndThePrimaryIsLeftAlone) {
    clock_.advance(seconds(5));
    device_->set(GetParam().fault);
    EXPECT_EQ("reference", score());
    const FailoverStatus status = failover_->status();
    EXPECT_EQ(GetParam().state, status.state);
    EXPECT_EQ(GetParam().reason, status.reason);
    EXPECT_NE("", status.message);
    EXPECT_EQ(clock_.now(), status.since);
    EXPECT_EQ("reference", score());
    EXPECT_EQ("reference", score());
    EXPECT_EQ(1U, device_->calls());
    EXPECT_EQ(1U, failovers(GetParam().reason));
    EXPECT_EQ(3U, failover_->status().batches_on_secondary);
    ASSERT_EQ(1U, changes().size());
    EXPECT_EQ(GetParam().state, changes()[0].state);
}

TEST_P(EveryFault, ThreePassingCanariesBringALostPrimaryBackAndAWrongOneNever) {
    device_->set(GetParam().fault);
    score();
    device_->set(Kind::none);
    pass_canaries(2);
    EXPECT_EQ(GetParam().state, failover_->status().state);
    pass_canaries(1);
    const bool is_back = GetParam().state == PrimaryState::lost;
    EXPECT_EQ(is_back ? PrimaryState::serving : PrimaryState::wrong, failover_->status().state);
    EXPECT_EQ(is_back ? "" : "reference", score());
    EXPECT_EQ(is_back ? 2U : 1U, changes().size());
}

TEST_F(FailoverBackendTest, WithoutMemoryOneBatchMovesAndThePrimaryServesOn) {
    device_->set(Kind::out_of_memory);
    EXPECT_EQ("reference", score());
    EXPECT_EQ(PrimaryState::serving, failover_->status().state);
    EXPECT_EQ(1U, failovers(FailoverReason::out_of_memory));
    device_->set(Kind::none);
    EXPECT_EQ("", score());
    EXPECT_TRUE(changes().empty());
}

TEST_F(FailoverBackendTest, AHungPrimaryCostsItsBatchTheTimeoutAndNoFurtherCallIsMade) {
    hang_a_call();
    EXPECT_EQ("reference", score());
    EXPECT_EQ(PrimaryState::lost, failover_->status().state);
    EXPECT_EQ(FailoverReason::timed_out, failover_->status().reason);
    EXPECT_THAT(failover_->status().message, HasSubstr("within 1 ms"));
    const std::size_t changes_so_far = changes().size();
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ("reference", score());
    EXPECT_EQ(1U, device_->calls());
    EXPECT_EQ(changes_so_far, changes().size());
    device_->set(Kind::none);
    device_->await_returns(1);
}

TEST_F(FailoverBackendTest, AHungPrimaryIsNotTakenBackBeforeItsCallHasReturned) {
    hang_a_call();
    for (int i = 0; i < 5; ++i)
        failover_->note_canary({});  // as a device would answer whose one stream hangs
    EXPECT_EQ(PrimaryState::lost, failover_->status().state);
    device_->set(Kind::none);
    device_->await_returns(1);
    while (failover_->status().state == PrimaryState::lost)  // its thread has yet to notice
        pass_canaries(1);
    EXPECT_EQ(PrimaryState::serving, failover_->status().state);
    EXPECT_EQ(PrimaryState::serving, changes().back().state);
}

TEST_F(FailoverBackendTest, AnOverdueCanaryLosesThePrimaryBeforeABatchIsHeldUp) {
    failover_->note_canary({.outcome = CanaryOutcome::overdue, .message = "no canary"});
    EXPECT_EQ("reference", score());
    EXPECT_EQ(0U, device_->calls());
    EXPECT_EQ(FailoverReason::timed_out, failover_->status().reason);
}

TEST_F(FailoverBackendTest, ASingleWrongBitIsFoundSoonerOrLaterAndThatBatchIsScoredAnew) {
    device_->set(Kind::wrong_in_one);
    int batches = 0;
    while (failover_->status().state == PrimaryState::serving && batches < 10'000) {
        scores_of(*failover_, batch_);
        ++batches;
    }
    // One pair of 18: not seen in 10,000 draws with probability 1e-248.
    EXPECT_EQ(PrimaryState::wrong, failover_->status().state);
    EXPECT_EQ("reference", score());
    EXPECT_EQ(1U, changes().size());
}

TEST_F(FailoverBackendTest, ABadRowIsRefusedAsTheCpuRefusesIt) {
    Matrix bad = documents_;
    bad.at(4, 3) = std::numeric_limits<float>::quiet_NaN();
    const ScoreTask task = task_of(queries_, bad, Method::cosine);
    const RowFault expected = {RowFault::Side::document, RowFault::Kind::not_finite, 4, 3};
    EXPECT_EQ(expected, scores_of(*failover_, task).fault);
    EXPECT_EQ(PrimaryState::serving, failover_->status().state);
}

TEST_F(FailoverBackendTest, WhereTheSecondaryFailsTooItsErrorIsTheAnswer) {
    const auto second = std::make_shared<FaultyBackend>(cpu_);
    auto made = FailoverBackend::make(device_, second, clock_, {.timeout = hours(1)});
    ASSERT_TRUE(made.ok());
    device_->set(Kind::internal);
    second->set(Kind::unavailable);
    const auto scores = (*made)->score(batch_);
    ASSERT_FALSE(scores.ok());
    EXPECT_EQ(Code::unavailable, scores.error().code);
}

TEST_F(FailoverBackendTest, GoesWithoutWaitingForAHungPrimary) {
    hang_a_call();
    failover_.reset();
    device_->set(Kind::none);
    device_->await_returns(1);
}

// Lanes score without pause while the device goes through every fault and back.
TEST_F(FailoverBackendTest, NoLaneEverSeesAWrongBitOrALossTwice) {
    build(milliseconds(20));
    const Scores expected = scores_of(*cpu_, batch_);
    std::atomic<bool> is_done{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> lanes;
    for (int lane = 0; lane < 2; ++lane) {
        lanes.emplace_back([&] {
            while (!is_done) {
                const auto found = failover_->score(batch_);
                if (!found.ok() ||
                    bits_of(found->tasks[0].values) != bits_of(expected.tasks[0].values))
                    ++wrong;
            }
        });
    }
    std::size_t losses = 0;
    for (const Kind fault : {Kind::unavailable, Kind::hang, Kind::internal, Kind::out_of_memory}) {
        device_->set(fault);
        const std::size_t calls = device_->calls();
        if (fault == Kind::out_of_memory) {
            device_->await_calls(calls + 5);
        } else {
            while (failover_->status().state == PrimaryState::serving)
                std::this_thread::yield();
            ++losses;
        }
        device_->set(Kind::none);
        while (failover_->status().state != PrimaryState::serving)
            pass_canaries(1);
    }
    is_done = true;
    for (std::thread& lane : lanes)
        lane.join();
    EXPECT_EQ(0, wrong.load());
    // A starved machine may lose the device to the timeout once more; each loss has its recovery.
    const std::vector<FailoverStatus> seen = changes();
    EXPECT_GE(seen.size(), 2 * losses);
    for (std::size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(i % 2 == 0 ? PrimaryState::lost : PrimaryState::serving, seen[i].state) << i;
    }
}

}  // namespace
}  // namespace qr::test
