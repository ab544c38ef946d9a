// The routing between a device and the CPU. That it keeps the contract of every backend is held by
// the contract suites (contracted.h), its decisions by cost_router_test.
#include "host/backend/routed_backend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
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
using Kind = Fault::Kind;

constexpr SideCosts kQuick{.multiply_add = 1e-10};
constexpr SideCosts kSlow{.latency = 1e-3, .multiply_add = 1e-8};

class RoutedBackendTest : public testing::Test {
  protected:
    void SetUp() override { build({.device = kQuick, .host = kSlow}); }

    void build(const RoutedBackend::Costs& costs) {
        auto made = FailoverBackend::make(device_, cpu_, clock_, {.timeout = hours(1)});
        ASSERT_TRUE(made.ok());
        failover_ = std::move(*made);
        routed_ = std::make_unique<RoutedBackend>(failover_, cpu_, clock_, costs);
    }
    // Scores the batch and holds it to the reference's bits. Who scored it; empty: the device.
    std::string_view score() {
        const Scores found = scores_of(*routed_, batch_);
        const Scores expected = scores_of(*make("reference", 1), batch_);
        EXPECT_EQ(expected.tasks.size(), found.tasks.size());
        for (std::size_t i = 0; i < found.tasks.size(); ++i)
            EXPECT_EQ(bits_of(expected.tasks[i].values), bits_of(found.tasks[i].values)) << i;
        return found.backend;
    }
    std::uint64_t decisions(Side side, RouteReason reason) {
        return routed_->status()[static_cast<std::size_t>(side)]
            .decisions[static_cast<std::size_t>(reason)];
    }

    ManualClock clock_;
    Random random_{7};
    const Matrix queries_ = random_matrix(random_, 2, 96);
    const Matrix documents_ = random_matrix(random_, 9, 96);
    const ScoreBatch batch_{{task_of(queries_, documents_, Method::signed_fidelity),
                             task_of(documents_, queries_, Method::bures_angle)}};
    const std::shared_ptr<FaultyBackend> cpu_ = std::make_shared<FaultyBackend>(
        make("reference", 1), FaultyBackend::Options{.name = "cpu", .lanes = 1});
    const std::shared_ptr<FaultyBackend> device_ =
        std::make_shared<FaultyBackend>(make("reference", 1));
    std::shared_ptr<FailoverBackend> failover_;
    std::unique_ptr<RoutedBackend> routed_;
};

TEST_F(RoutedBackendTest, TheQuickerSideScores) {
    EXPECT_EQ("", score());
    EXPECT_EQ(1U, decisions(Side::device, RouteReason::faster));
    build({.device = kSlow, .host = kQuick});
    EXPECT_EQ("cpu", score());
    EXPECT_EQ(1U, decisions(Side::host, RouteReason::faster));
    EXPECT_EQ(1U, device_->calls());
}

TEST_F(RoutedBackendTest, IsNamedAfterItsDevice) {
    EXPECT_EQ("stand-in-device", routed_->name());
    EXPECT_EQ("test-device", routed_->capabilities().device);
}

TEST_F(RoutedBackendTest, HasTheLanesOfBothSides) {
    EXPECT_EQ(3U, routed_->capabilities().lanes);
}

TEST_F(RoutedBackendTest, ABatchIsAsLargeAsTheDeviceLikesWithinFourOfTheCpus) {
    constexpr std::size_t kCpus = 1'000'000;
    const auto cpu = std::make_shared<FaultyBackend>(
        make("reference", 1), FaultyBackend::Options{.batch_multiply_adds_max = kCpus});
    const auto limit = [&](std::size_t devices) {
        const auto device = std::make_shared<FaultyBackend>(
            make("reference", 1), FaultyBackend::Options{.batch_multiply_adds_max = devices});
        const std::shared_ptr<FailoverBackend> failover =
            *FailoverBackend::make(device, cpu, clock_, {});
        const RoutedBackend routed(failover, cpu, clock_, {});
        return routed.capabilities().batch_multiply_adds_max;
    };
    EXPECT_EQ(500'000U, limit(500'000));
    EXPECT_EQ(3'000'000U, limit(3'000'000));
    EXPECT_EQ(4'000'000U, limit(64'000'000));
}

TEST_F(RoutedBackendTest, ALostDeviceIsNotAskedUntilItIsBack) {
    device_->set(Kind::unavailable);
    EXPECT_EQ("cpu", score());
    EXPECT_EQ(1U, decisions(Side::device, RouteReason::faster));
    EXPECT_EQ("cpu", score());
    EXPECT_EQ("cpu", score());
    EXPECT_EQ(2U, decisions(Side::host, RouteReason::lost));
    EXPECT_EQ(1U, device_->calls());
    device_->set(Kind::none);
    for (int i = 0; i < 3; ++i)
        failover_->note_canary({});
    EXPECT_EQ("", score());
}

TEST_F(RoutedBackendTest, WhatTheCpuHasNoMemoryForGoesToTheDevice) {
    build({.device = kSlow, .host = kQuick});
    cpu_->set(Kind::out_of_memory);
    EXPECT_TRUE(routed_->score(batch_).ok());
    EXPECT_EQ(1U, decisions(Side::device, RouteReason::refused));
    EXPECT_EQ(1U, device_->calls());
}

TEST_F(RoutedBackendTest, WhereBothRefuseTheCpusErrorIsTheAnswer) {
    build({.device = kSlow, .host = kQuick});
    cpu_->set(Kind::out_of_memory);
    device_->set(Kind::internal);
    const Result<Scores> scores = routed_->score(batch_);
    ASSERT_FALSE(scores.ok());
    EXPECT_EQ(Code::out_of_memory, scores.error().code);
    // Lost by now, the device is asked no more.
    EXPECT_FALSE(routed_->score(batch_).ok());
    EXPECT_EQ(1U, device_->calls());
}

TEST_F(RoutedBackendTest, ABugOfTheCpusIsNotTriedElsewhere) {
    build({.device = kSlow, .host = kQuick});
    cpu_->set(Kind::internal);
    EXPECT_EQ(Code::internal, routed_->score(batch_).error().code);
    EXPECT_EQ(0U, device_->calls());
}

// Another lane's batch hangs on the device: the next one is done sooner on the CPU.
TEST_F(RoutedBackendTest, ABusyDeviceSpillsToTheCpu) {
    build({.device = {.latency = 1e-3}, .host = {.latency = 1.5e-3}});
    device_->set(Kind::hang);
    std::thread lane([&] { EXPECT_TRUE(routed_->score(batch_).ok()); });
    device_->await_calls(1);
    clock_.advance(milliseconds(50));
    EXPECT_EQ("cpu", score());
    EXPECT_EQ(1U, decisions(Side::host, RouteReason::spilled));
    device_->set(Kind::none);
    lane.join();
    EXPECT_EQ("", score());
}

TEST_F(RoutedBackendTest, TellsHowLongBatchesWereEstimatedToTake) {
    build({.device = {.latency = 5e-4}, .host = kSlow});
    score();
    const RoutedSide device = routed_->status()[0];
    EXPECT_EQ(std::chrono::microseconds(500), device.estimated);
    EXPECT_EQ(Duration::zero(), device.actual);  // by a clock that nobody moves
    EXPECT_EQ(5e-4, device.costs.latency);
    EXPECT_EQ(1.0, device.drift);
}

TEST_F(RoutedBackendTest, ABatchThatTheDeviceFailedTeachesNothing) {
    device_->set(Kind::out_of_memory);
    EXPECT_EQ("cpu", score());
    EXPECT_EQ(Duration::zero(), routed_->status()[0].estimated);
}

// A CPU that takes small work at once, before a device as slow to begin as devices are.
class SmallWork : public RoutedBackendTest {
  protected:
    void SetUp() override {
        const std::shared_ptr<FidelityBackend> cpu = make("cpu", 1);
        failover_ = *FailoverBackend::make(device_, cpu, clock_, {.timeout = hours(1)});
        routed_ = std::make_unique<RoutedBackend>(
            failover_, cpu, clock_,
            RoutedBackend::Costs{.device = {.latency = 1e-3}, .host = {.multiply_add = 1e-10}});
    }
};

TEST_F(SmallWork, GoesToTheCpuAtOnceAndLargerWorkDoesNot) {
    const std::size_t at_once = routed_->capabilities().at_once_multiply_adds_max;
    EXPECT_EQ(make("cpu", 1)->capabilities().at_once_multiply_adds_max, at_once);
    EXPECT_EQ("cpu", score());
    EXPECT_EQ(1U, decisions(Side::host, RouteReason::small));
    const Matrix many = random_matrix(random_, at_once / 768 + 1, 768);
    const Matrix query = random_matrix(random_, 1, 768);
    EXPECT_EQ("cpu", scores_of(*routed_, ScoreBatch{{task_of(query, many, Method::dot)}}).backend);
    EXPECT_EQ(1U, decisions(Side::host, RouteReason::small));
    EXPECT_EQ(1U, decisions(Side::host, RouteReason::faster));
}

// Lanes score without pause while the device comes and goes.
TEST_F(RoutedBackendTest, NoLaneEverSeesAWrongBit) {
    const Scores expected = scores_of(*make("reference", 1), batch_);
    std::atomic<bool> is_done{false};
    std::atomic<int> wrong{0};
    std::vector<std::thread> lanes;
    for (int lane = 0; lane < 3; ++lane) {
        lanes.emplace_back([&] {
            while (!is_done) {
                const auto found = routed_->score(batch_);
                if (!found.ok() ||
                    bits_of(found->tasks[0].values) != bits_of(expected.tasks[0].values))
                    ++wrong;
            }
        });
    }
    for (const Kind fault : {Kind::unavailable, Kind::internal, Kind::unavailable}) {
        device_->set(fault);
        while (failover_->state() == PrimaryState::serving)
            std::this_thread::yield();
        device_->set(Kind::none);
        while (failover_->state() != PrimaryState::serving)
            failover_->note_canary(run_canary(*failover_->primary()));
    }
    is_done = true;
    for (std::thread& lane : lanes)
        lane.join();
    EXPECT_EQ(0, wrong.load());
    EXPECT_GT(decisions(Side::device, RouteReason::faster), 0U);
    EXPECT_GT(decisions(Side::host, RouteReason::lost), 0U);
}

}  // namespace
}  // namespace qr::test
