#include "server/app/device_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/host/base/promtool.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

constexpr TimePoint kNow{std::chrono::hours(1)};

class DeviceMetricsTest : public testing::Test {
  protected:
    std::string shown(const std::vector<DeviceReport>& devices) {
        show_devices(metrics_, devices, kNow);
        return metrics_.serialize();
    }

    const DeviceReport whole_{.uuid = "GPU-1",
                              .planned_bytes = 4096,
                              .batches = 7,
                              .seen = kNow - milliseconds(1500),
                              .condition = {.temperature_celsius = 45,
                                            .memory_used_bytes = 250,
                                            .memory_total_bytes = 1000,
                                            .utilisation_percent = 30,
                                            .power_milliwatts = 70500,
                                            .ecc_corrected = 2,
                                            .ecc_uncorrected = 1,
                                            .throttle_reasons = {"thermal", "moonlight"},
                                            .xid_errors = 3}};
    Metrics metrics_{{.version = "1"}};
};

TEST_F(DeviceMetricsTest, ShowEveryFigureOfADevice) {
    const std::string text = shown({whole_});
    for (const char* line :
         {"qr_device_temperature_celsius{device=\"0\",uuid=\"GPU-1\"} 45\n",
          "qr_device_memory_used_bytes{device=\"0\",uuid=\"GPU-1\"} 250\n",
          "qr_device_memory_total_bytes{device=\"0\",uuid=\"GPU-1\"} 1000\n",
          "qr_device_planned_bytes{device=\"0\",uuid=\"GPU-1\"} 4096\n",
          "qr_device_utilisation_ratio{device=\"0\",uuid=\"GPU-1\"} 0.3\n",
          "qr_device_power_watts{device=\"0\",uuid=\"GPU-1\"} 70.5\n",
          "qr_device_ecc_errors_total{device=\"0\",uuid=\"GPU-1\",kind=\"corrected\"} 2\n",
          "qr_device_ecc_errors_total{device=\"0\",uuid=\"GPU-1\",kind=\"uncorrected\"} 1\n",
          "qr_device_xid_errors_total{device=\"0\",uuid=\"GPU-1\"} 3\n",
          "qr_device_throttled{device=\"0\",uuid=\"GPU-1\",reason=\"thermal\"} 1\n",
          "qr_device_throttled{device=\"0\",uuid=\"GPU-1\",reason=\"power_cap\"} 0\n",
          "qr_device_throttled{device=\"0\",uuid=\"GPU-1\",reason=\"other\"} 1\n",
          "qr_device_lost{device=\"0\",uuid=\"GPU-1\"} 0\n",
          "qr_device_batches_total{device=\"0\",uuid=\"GPU-1\"} 7\n",
          "qr_device_seen_age_seconds{device=\"0\",uuid=\"GPU-1\"} 1.5\n",
          "# TYPE qr_device_xid_errors_total counter\n"})
        EXPECT_THAT(text, HasSubstr(line));
}

TEST_F(DeviceMetricsTest, ShowNoFigureThatADeviceDoesNotGive) {
    const std::string text = shown({{.uuid = "GPU-1", .is_lost = true}});
    EXPECT_THAT(text, HasSubstr("qr_device_lost{device=\"0\",uuid=\"GPU-1\"} 1\n"));
    for (const char* name :
         {"temperature", "memory", "utilisation", "power", "ecc", "xid", "throttled", "seen_age"})
        EXPECT_THAT(text, Not(HasSubstr(std::string("qr_device_") + name)));
}

TEST_F(DeviceMetricsTest, ShowNothingWithoutDevicesAndNothingStale) {
    EXPECT_THAT(shown({}), Not(HasSubstr("qr_device")));
    EXPECT_THAT(shown({whole_}), HasSubstr("qr_device_temperature_celsius{"));
    DeviceReport lost = whole_;
    lost.condition = {};
    EXPECT_THAT(shown({lost}), Not(HasSubstr("qr_device_temperature_celsius")));
    EXPECT_THAT(shown({}), Not(HasSubstr("qr_device")));
}

TEST_F(DeviceMetricsTest, ShowEachDeviceUnderItsIndex) {
    DeviceReport other = whole_;
    other.index = 1;
    other.uuid = "MIG-2";
    other.condition.temperature_celsius = 61;
    const std::string text = shown({whole_, other});
    EXPECT_THAT(text, HasSubstr("qr_device_temperature_celsius{device=\"0\",uuid=\"GPU-1\"} 45\n"));
    EXPECT_THAT(text, HasSubstr("qr_device_temperature_celsius{device=\"1\",uuid=\"MIG-2\"} 61\n"));
}

TEST_F(DeviceMetricsTest, AreCleanForPromtool) {
    if (!is_on_path("promtool")) GTEST_SKIP() << "promtool (Debian package prometheus) is absent";
    EXPECT_EQ("", complaints_of("promtool check metrics", shown({whole_})));
}

}  // namespace
}  // namespace qr
