#include "host/backend/cost_router.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace qr {
namespace {

using enum Side;
using enum RouteReason;
using Device = CostRouter::Device;
using Outcome = CostRouter::Outcome;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr TimePoint kNow{std::chrono::hours(1)};

// The device: 100 us, then 1 ns a multiply-add; the host: nothing, then 10 ns.
constexpr SideTerms kDevice{.costs = {.latency = 100e-6, .multiply_add = 1e-9},
                            .lanes_per_unit = 2};
constexpr SideTerms kHost{.costs = {.multiply_add = 10e-9}};

BatchShape work(std::size_t multiply_adds) {
    return {.tasks = 1, .multiply_adds = multiply_adds};
}

// Alone: 1.1 ms on the device, 10 ms on the host.
const BatchShape kLarge = work(1'000'000);

CostRouter make_router(const SideTerms& device = kDevice) {
    return CostRouter(device, kHost, 0);
}

struct IdleRow {
    const char* name;
    std::size_t multiply_adds;
    Side side;
    Duration estimated;
};

class IdleSides : public testing::TestWithParam<IdleRow> {};

INSTANTIATE_TEST_SUITE_P(
    CostRouter, IdleSides,
    testing::Values(IdleRow{"LittleWork", 1'000, host, microseconds(10)},
                    IdleRow{"MuchWork", 1'000'000, device, microseconds(1'100)},
                    // 90 us against 109: a saving of a tenth counts.
                    IdleRow{"JustBelowTheCrossover", 9'000, host, microseconds(90)},
                    // 100 us against 110: none that counts.
                    IdleRow{"NearTheTie", 10'000, device, microseconds(110)}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(IdleSides, TheBatchGoesWhereItIsDoneFirst) {
    CostRouter router = make_router();
    const Route route = router.route(work(GetParam().multiply_adds), Device::serving, kNow);
    EXPECT_EQ(GetParam().side, route.side);
    EXPECT_EQ(faster, route.reason);
    EXPECT_EQ(GetParam().estimated, route.estimated);
}

TEST(CostRouter, ABatchWithoutAnyCostIsATieAndTheDevices) {
    CostRouter router({}, {}, 0);
    EXPECT_EQ(device, router.route(kLarge, Device::serving, kNow).side);
}

TEST(CostRouter, ALostDeviceIsNeverChosen) {
    CostRouter router = make_router();
    for (int i = 0; i < 50; ++i) {
        const Route route = router.route(kLarge, Device::lost, kNow);
        EXPECT_EQ(host, route.side);
        EXPECT_EQ(lost, route.reason);
        EXPECT_EQ(milliseconds(10) * (i + 1), route.estimated);
    }
    EXPECT_EQ(device, router.route(kLarge, Device::serving, kNow).side);
}

// The two lanes hide each other's latency and share the rest: 1.1, 2.1, 3.1 ms...
TEST(CostRouter, ADeviceWithTooMuchUnderWaySpillsToTheHost) {
    CostRouter router = make_router();
    std::vector<Side> sides;
    std::vector<Duration> estimates;
    for (int i = 0; i < 12; ++i) {
        const Route route = router.route(kLarge, Device::serving, kNow);
        sides.push_back(route.side);
        estimates.push_back(route.estimated);
        EXPECT_EQ(route.side == device ? faster : spilled, route.reason);
    }
    EXPECT_EQ(microseconds(1'100), estimates[0]);
    EXPECT_EQ(microseconds(2'100), estimates[1]);
    EXPECT_EQ(microseconds(3'100), estimates[2]);
    // From 11.1 ms on the device 10 ms on the host saves no tenth, from 12.1 ms it does.
    EXPECT_EQ(std::vector<Side>(11, device), std::vector<Side>(sides.begin(), sides.end() - 1));
    EXPECT_EQ(host, sides[11]);
    EXPECT_EQ(milliseconds(10), estimates[11]);
}

TEST(CostRouter, AHostWithTooMuchUnderWaySpillsToTheDevice) {
    CostRouter router = make_router();
    const BatchShape little = work(4'000);  // 40 us, or 104 us
    EXPECT_EQ(host, router.route(little, Device::serving, kNow).side);
    EXPECT_EQ(host, router.route(little, Device::serving, kNow).side);  // 80 us
    const Route third = router.route(little, Device::serving, kNow);
    EXPECT_EQ(device, third.side);
    EXPECT_EQ(spilled, third.reason);
}

TEST(CostRouter, ABatchThatEndedIsInNobodysWay) {
    CostRouter router = make_router();
    for (int i = 0; i < 50; ++i) {
        const Route route = router.route(kLarge, Device::serving, kNow);
        EXPECT_EQ(microseconds(1'100), route.estimated);
        router.end(route, Outcome::other, kNow);
    }
}

TEST(CostRouter, WithOneLaneTheLatencyIsPaidInARow) {
    CostRouter router = make_router({.costs = kDevice.costs, .lanes_per_unit = 1});
    EXPECT_EQ(microseconds(1'100), router.route(kLarge, Device::serving, kNow).estimated);
    EXPECT_EQ(microseconds(2'200), router.route(kLarge, Device::serving, kNow).estimated);
    EXPECT_EQ(microseconds(3'300), router.route(kLarge, Device::serving, kNow).estimated);
}

TEST(CostRouter, TheLeastLoadedOfSeveralDevicesCounts) {
    CostRouter router = make_router({.costs = kDevice.costs, .units = 3, .lanes_per_unit = 2});
    for (const int round : {1, 2, 3}) {
        for (int unit = 0; unit < 3; ++unit) {
            const Route route = router.route(kLarge, Device::serving, kNow);
            EXPECT_EQ(microseconds(100) + round * milliseconds(1), route.estimated);
        }
    }
}

TEST(CostRouter, WhatIsUnderWayIsExpectedToEndAsEstimated) {
    CostRouter router = make_router();
    router.route(kLarge, Device::serving, kNow);
    const TimePoint later = kNow + microseconds(600);  // 500 us to go, then 1 ms
    EXPECT_EQ(microseconds(1'500), router.route(kLarge, Device::serving, later).estimated);
}

TEST(CostRouter, AnOverdueBatchTakesAsLongAgainAsItIsLate) {
    CostRouter router = make_router();
    router.route(kLarge, Device::serving, kNow);
    const TimePoint late = kNow + microseconds(1'100) + milliseconds(4);
    EXPECT_EQ(milliseconds(5), router.route(kLarge, Device::serving, late).estimated);
}

TEST(CostRouter, ADeviceThatHangsSoonLooksTooSlow) {
    CostRouter router = make_router();
    router.route(kLarge, Device::serving, kNow);
    const Route route = router.route(kLarge, Device::serving, kNow + milliseconds(20));
    EXPECT_EQ(host, route.side);
    EXPECT_EQ(spilled, route.reason);
}

TEST(CostRouter, ASideThatIsToldIsTakenAndAccounted) {
    CostRouter router = make_router();
    const Route told = router.route_to(device, refused, work(1'000), kNow);
    EXPECT_EQ(device, told.side);
    EXPECT_EQ(refused, told.reason);
    EXPECT_EQ(microseconds(101), told.estimated);
    EXPECT_EQ(microseconds(1'101), router.route(kLarge, Device::serving, kNow).estimated);
}

TEST(CostRouter, BeyondItsAccountItStillRoutes) {
    CostRouter router = make_router();
    for (std::size_t i = 0; i < CostRouter::kUnderWayMax; ++i)
        EXPECT_NE(0U, router.route(kLarge, Device::serving, kNow).ticket);
    const Route beyond = router.route(kLarge, Device::serving, kNow);
    EXPECT_EQ(0U, beyond.ticket);
    router.end(beyond, Outcome::scored, kNow);
}

TEST(CostRouter, NoEstimateIsLongerThanItsBound) {
    CostRouter router({.costs = {.latency = 1e9}}, {.costs = {.latency = 1e9}}, 0);
    EXPECT_EQ(CostRouter::kEstimateMax, router.route({}, Device::serving, kNow).estimated);
}

TEST(CostRouter, TellsSmallBatchesByTheirMultiplyAdds) {
    const CostRouter router(kDevice, kHost, 500);
    EXPECT_TRUE(router.is_small(work(500)));
    EXPECT_FALSE(router.is_small(work(501)));
}

class Drift : public testing::Test {
  protected:
    // A batch of 1.1 ms that takes four times as long.
    void run_late(Outcome outcome) {
        const Route route = router_.route(kLarge, Device::serving, kNow);
        router_.end(route, outcome, kNow + 4 * route.estimated);
    }
    double drift() { return router_.drift(device, kNow + 4 * microseconds(1'100)); }

    CostRouter router_ = make_router();
};

TEST_F(Drift, FollowsABatchThatHadItsSideToItself) {
    run_late(Outcome::scored);
    EXPECT_DOUBLE_EQ(1.0905077326652577, drift());  // 4^(1/16)
    EXPECT_EQ(1.0, router_.drift(host, kNow));
}

TEST_F(Drift, IsPartOfEveryEstimate) {
    run_late(Outcome::scored);
    const TimePoint now = kNow + 4 * microseconds(1'100);
    const Route route = router_.route(kLarge, Device::serving, now);
    EXPECT_NEAR(1'100e3 * 1.0905077326652577, static_cast<double>(route.estimated.count()), 2);
}

TEST_F(Drift, LearnsNothingFromABatchThatWasScoredElsewhere) {
    run_late(Outcome::other);
    EXPECT_EQ(1.0, drift());
}

TEST_F(Drift, LearnsNothingFromBatchesThatHadCompany) {
    const Route first = router_.route(kLarge, Device::serving, kNow);
    const Route second = router_.route(kLarge, Device::serving, kNow);
    router_.end(first, Outcome::scored, kNow + milliseconds(50));
    router_.end(second, Outcome::scored, kNow + milliseconds(50));
    EXPECT_EQ(1.0, drift());
}

struct SmallRow {
    const char* name;
    SideCosts device;
    SideCosts host;
    std::size_t multiply_adds;
};

class SmallBatches : public testing::TestWithParam<SmallRow> {};

INSTANTIATE_TEST_SUITE_P(
    CostRouter, SmallBatches,
    testing::Values(
        SmallRow{"AreAsTheHostSaysWhereDevicesAreSlow",
                 {.latency = 1e-3},
                 {.multiply_add = 1e-10},
                 262'144},
        SmallRow{"EndWhereADeviceWouldHaveBegun", {.latency = 1e-5}, {.multiply_add = 1e-9}, 9'000},
        // 4 bytes a multiply-add, and a score for 32 of them.
        SmallRow{
            "AreJudgedByTheDearestShape", {.latency = 1e-5}, {.byte = 1e-9, .pair = 32e-9}, 1'800},
        SmallRow{"AreNoneWhereTheDeviceBeginsAtOnce", {}, {.latency = 1e-6}, 0}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(SmallBatches, AreWhatTheHostHasDoneBeforeADeviceBegins) {
    const SmallRow& row = GetParam();
    EXPECT_EQ(row.multiply_adds, small_multiply_adds_max(row.device, row.host, 262'144));
}

}  // namespace
}  // namespace qr
