#include "perf/load/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace qr::load {
namespace {

using std::chrono::nanoseconds;

TEST(Histogram, AnswersZeroWhenEmpty) {
    EXPECT_EQ(Duration(0), Histogram().quantile(0.99));
    EXPECT_EQ(0u, Histogram().count());
}

TEST(Histogram, IsExactForSmallValues) {
    Histogram histogram;
    for (int i = 1; i <= 100; ++i)
        histogram.add(nanoseconds(i));
    EXPECT_EQ(nanoseconds(1), histogram.quantile(0));
    EXPECT_EQ(nanoseconds(50), histogram.quantile(0.5));
    EXPECT_EQ(nanoseconds(99), histogram.quantile(0.99));
    EXPECT_EQ(nanoseconds(100), histogram.quantile(0.999));
    EXPECT_EQ(nanoseconds(100), histogram.max());
}

TEST(Histogram, NeverUnderstatesAndStaysWithinItsRelativeError) {
    constexpr int kSeed = 3;
    std::mt19937_64 random(kSeed);
    std::lognormal_distribution<double> latency(13, 3);  // around half a millisecond in ns
    Histogram histogram;
    std::vector<Duration> values;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(nanoseconds(static_cast<std::int64_t>(latency(random))));
        histogram.add(values.back());
    }
    std::ranges::sort(values);
    for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999, 1.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(q * 20'000));
        const Duration exact = values[rank - 1];
        const Duration found = histogram.quantile(q);
        EXPECT_GE(found, exact) << "seed " << kSeed << ", q " << q;
        EXPECT_LE(static_cast<double>(found.count()),
                  static_cast<double>(exact.count()) * (1 + Histogram::kRelativeErrorMax) + 1)
            << "seed " << kSeed << ", q " << q;
    }
}

TEST(Histogram, CountsNegativeAsZeroAndTheEndlessAsItsLongest) {
    Histogram histogram;
    histogram.add(nanoseconds(-5));
    EXPECT_EQ(nanoseconds(0), histogram.quantile(1));
    histogram.add(Duration::max());
    EXPECT_EQ(Histogram::kLongest, histogram.max());
    EXPECT_EQ(Histogram::kLongest, histogram.quantile(1));
}

}  // namespace
}  // namespace qr::load
