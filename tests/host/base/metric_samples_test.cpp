#include "host/base/metric_samples.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

constexpr const char* kEcc = "qr_device_ecc_errors_total";

TEST(MetricSamples, AreCollectedInTheTablesOrderWithTheirLabels) {
    MetricSamples samples;
    samples.set(kEcc, {{{"0", "GPU-1", "corrected"}, 2}});
    samples.set("qr_device_power_watts", {{{"0", "GPU-1"}, 70.5}, {{"1", "GPU-2"}, 60}});
    const auto families = samples.collect();
    ASSERT_EQ(2U, families.size());
    EXPECT_EQ("qr_device_power_watts", families[0].name);
    EXPECT_EQ(prometheus::MetricType::Gauge, families[0].type);
    ASSERT_EQ(2U, families[0].metric.size());
    EXPECT_EQ(60, families[0].metric[1].gauge.value);
    EXPECT_EQ(kEcc, families[1].name);
    EXPECT_EQ(prometheus::MetricType::Counter, families[1].type);
    EXPECT_EQ(2, families[1].metric.at(0).counter.value);
    EXPECT_EQ("kind", families[1].metric[0].label.at(2).name);
    EXPECT_EQ("corrected", families[1].metric[0].label[2].value);
}

TEST(MetricSamples, OfAFamilyReplaceThoseBeforeAndNoneTakeItAway) {
    MetricSamples samples;
    EXPECT_TRUE(samples.collect().empty());
    samples.set("qr_device_lost", {{{"0", "GPU-1"}, 0}});
    samples.set("qr_device_lost", {{{"0", "GPU-1"}, 1}});
    ASSERT_EQ(1U, samples.collect().at(0).metric.size());
    EXPECT_EQ(1, samples.collect()[0].metric[0].gauge.value);
    samples.set("qr_device_lost", {});
    EXPECT_TRUE(samples.collect().empty());
}

TEST(MetricSamples, RefuseAnUnknownFamilyAndLabelsThatAreNotItsOwn) {
    MetricSamples samples;
    EXPECT_DEATH(samples.set("qr_device_mood", {}), "is_handed_over");
    EXPECT_DEATH(samples.set("qr_ready", {}), "is_handed_over");
    EXPECT_DEATH(samples.set(kEcc, {{{"0", "GPU-1"}, 1}}), "has_labels");
    EXPECT_DEATH(samples.set(kEcc, {{{"0", "GPU-1", "odd"}, 1}}), "has_labels");
    EXPECT_DEATH(samples.set("qr_device_lost", {{{"0", "GPU-1", "x"}, 1}}), "has_labels");
}

}  // namespace
}  // namespace qr
