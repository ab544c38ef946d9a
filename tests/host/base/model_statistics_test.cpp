#include "host/base/model_statistics.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

constexpr InferenceTimes kTimes{.total = nanoseconds(100),
                                .queue = nanoseconds(1),
                                .input = nanoseconds(20),
                                .compute = nanoseconds(30),
                                .output = nanoseconds(4)};

ModelStatistics::WallTime at(std::int64_t ms) {
    return ModelStatistics::WallTime(milliseconds(ms));
}

TEST(ModelStatistics, CountEveryStageOfWhatIsAnswered) {
    ModelStatistics statistics;
    statistics.succeeded(kTimes, at(7));
    statistics.succeeded(kTimes, at(8));
    const auto figures = statistics.figures();
    EXPECT_EQ(figures.success.count, 2U);
    EXPECT_EQ(figures.success.nanoseconds, 200U);
    EXPECT_EQ(figures.queue.nanoseconds, 2U);
    EXPECT_EQ(figures.input.nanoseconds, 40U);
    EXPECT_EQ(figures.compute.nanoseconds, 60U);
    EXPECT_EQ(figures.output.nanoseconds, 8U);
    EXPECT_EQ(figures.output.count, 2U);
    EXPECT_EQ(figures.fail.count, 0U);
    EXPECT_EQ(figures.last_ms, 8);
}

TEST(ModelStatistics, KeepWhatFailsApart) {
    ModelStatistics statistics;
    statistics.failed(nanoseconds(5), at(9));
    const auto figures = statistics.figures();
    EXPECT_EQ(figures.fail.count, 1U);
    EXPECT_EQ(figures.fail.nanoseconds, 5U);
    EXPECT_EQ(figures.success.count, 0U);
    EXPECT_EQ(figures.last_ms, 9);
}

TEST(ModelStatistics, LoseNothingWhenThreadsCountAtOnce) {
    ModelStatistics statistics;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&statistics] {
            for (int n = 0; n < 1000; ++n)
                statistics.succeeded(kTimes, at(n));
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(statistics.figures().success.count, 4000U);
    EXPECT_EQ(statistics.figures().queue.nanoseconds, 4000U);
}

}  // namespace
}  // namespace qr
