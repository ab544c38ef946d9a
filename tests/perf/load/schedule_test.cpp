#include "perf/load/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace qr::load {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

std::vector<Intent> all_of(Schedule schedule) {
    std::vector<Intent> intents;
    for (; schedule.next(); schedule.take())
        intents.push_back(*schedule.next());
    return intents;
}

std::vector<Duration> times_of(const std::vector<Intent>& intents) {
    std::vector<Duration> times;
    for (const Intent& intent : intents)
        times.push_back(intent.at);
    return times;
}

TEST(Schedule, SpacesAConstantRateEvenly) {
    const auto intents = all_of(Schedule({{4, seconds(1)}}, Arrivals::constant, 1));
    EXPECT_THAT(times_of(intents), ElementsAre(milliseconds(0), milliseconds(250),
                                               milliseconds(500), milliseconds(750)));
}

TEST(Schedule, FollowsOneStepByTheNextAndPausesAtRateZero) {
    const auto intents = all_of(
        Schedule({{2, seconds(1)}, {0, seconds(3)}, {1, seconds(2)}}, Arrivals::constant, 1));
    EXPECT_THAT(times_of(intents), ElementsAre(milliseconds(0), milliseconds(500),
                                               milliseconds(4000), milliseconds(5000)));
    EXPECT_EQ(0u, intents[1].step);
    EXPECT_EQ(2u, intents[2].step);
}

TEST(Schedule, DoesNotDriftOverAnHour) {
    Schedule schedule({{3, std::chrono::hours(1)}}, Arrivals::constant, 1);
    Duration last{};
    std::size_t count = 0;
    for (; schedule.next(); schedule.take(), ++count)
        last = schedule.next()->at;
    EXPECT_EQ(3u * 3600u, count);
    EXPECT_NEAR(3600 - 1.0 / 3, std::chrono::duration<double>(last).count(), 1e-8);
}

TEST(Schedule, GivesPoissonArrivalsTheirRateAndTheirSpread) {
    constexpr double kRate = 100;
    const auto intents = all_of(Schedule({{kRate, seconds(1000)}}, Arrivals::poisson, 7));
    const auto count = static_cast<double>(intents.size());
    EXPECT_NEAR(kRate * 1000, count, 4 * std::sqrt(kRate * 1000)) << "seed 7";
    double squares = 0;
    for (std::size_t i = 1; i < intents.size(); ++i) {
        const double gap = std::chrono::duration<double>(intents[i].at - intents[i - 1].at).count();
        ASSERT_GE(gap, 0);
        squares += gap * gap;
    }
    // An exponential gap's mean square is twice the square of its mean; a constant one's is once.
    EXPECT_NEAR(2, squares / count * kRate * kRate, 0.1) << "seed 7";
}

TEST(Schedule, RampsSoThatTheRateIsIntegrated) {
    // Rate 2t: t^2 intents until t, so the k-th comes at sqrt(k).
    const auto up = times_of(all_of(Schedule({{0, seconds(3), 6}}, Arrivals::constant, 1)));
    ASSERT_EQ(9u, up.size());
    for (std::size_t k = 0; k < up.size(); ++k) {
        EXPECT_NEAR(std::sqrt(static_cast<double>(k)), std::chrono::duration<double>(up[k]).count(),
                    1e-9);
    }
    // 6 - 2t: 6t - t^2, so the k-th comes at 3 - sqrt(9 - k), and after the ninth the rate is 0.
    const auto down = times_of(all_of(Schedule({{6, seconds(3), 0}}, Arrivals::constant, 1)));
    ASSERT_EQ(9u, down.size());
    for (std::size_t k = 0; k < down.size(); ++k) {
        EXPECT_NEAR(3 - std::sqrt(9 - static_cast<double>(k)),
                    std::chrono::duration<double>(down[k]).count(), 1e-9);
    }
}

TEST(Schedule, DoesNotDriftAlongALongRamp) {
    // 1..9 a second over two hours: 5 * 7200 intents, the last just before the end.
    const auto intents =
        all_of(Schedule({{1, std::chrono::hours(2), 9}, {1, seconds(1)}}, Arrivals::constant, 1));
    ASSERT_EQ(36'001u, intents.size());
    EXPECT_NEAR(7200 - 1.0 / 9, std::chrono::duration<double>(intents[35'999].at).count(), 1e-4);
    EXPECT_EQ(std::chrono::hours(2), intents[36'000].at);
    EXPECT_EQ(1u, intents[36'000].step);
}

TEST(Schedule, RampsPoissonArrivalsToo) {
    constexpr std::uint64_t kSeed = 11;
    const auto intents = all_of(Schedule({{0, seconds(1000), 200}}, Arrivals::poisson, kSeed));
    const auto count = static_cast<double>(intents.size());
    EXPECT_NEAR(100'000, count, 4 * std::sqrt(100'000)) << "seed " << kSeed;
    const auto in_first_half = static_cast<double>(
        std::ranges::count_if(intents, [](const Intent& each) { return each.at < seconds(500); }));
    EXPECT_NEAR(25'000, in_first_half, 4 * std::sqrt(25'000)) << "seed " << kSeed;
}

TEST(Schedule, RepeatsItselfWithTheSameSeedAlone) {
    const auto with_seed = [](std::uint64_t seed) {
        return times_of(all_of(Schedule({{50, seconds(1)}}, Arrivals::poisson, seed)));
    };
    EXPECT_EQ(with_seed(1), with_seed(1));
    EXPECT_NE(with_seed(1), with_seed(2));
}

TEST(Schedule, IsEmptyWithoutARate) {
    EXPECT_TRUE(all_of(Schedule({{0, seconds(1)}}, Arrivals::constant, 1)).empty());
}

}  // namespace
}  // namespace qr::load
