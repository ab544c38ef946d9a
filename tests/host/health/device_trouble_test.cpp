#include "host/health/device_trouble.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

using std::chrono::seconds;

constexpr TimePoint kStart{seconds(1000)};

DeviceReport device_with(DeviceCondition condition) {
    return {.index = 1, .uuid = "GPU-1", .condition = std::move(condition)};
}

class Changes : public testing::Test {
  protected:
    std::vector<DeviceNews> take(DeviceCondition condition) {
        return changes_.take({device_with(std::move(condition))}, now_);
    }

    TimePoint now_ = kStart;
    DeviceChanges changes_;
};

TEST(DeviceTrouble, IsNothingForADeviceThatIsWell) {
    EXPECT_EQ("", describe_trouble(device_with({})));
    EXPECT_EQ("", describe_trouble(device_with({.ecc_corrected = 9,
                                                .ecc_uncorrected = 0,
                                                .throttle_reasons = {"power_cap"},
                                                .xid_errors = 1,
                                                .last_xid = 13})));
    EXPECT_EQ("", describe_trouble(std::vector<DeviceReport>{device_with({})}));
}

TEST(DeviceTrouble, NamesWhatADeviceReportsAgainstItself) {
    EXPECT_EQ("Xid 79: the device has fallen off the bus; the machine should be restarted",
              describe_trouble(device_with({.last_xid = 45, .critical_xid = 79})));
    EXPECT_EQ(
        "Xid 95: an uncontained memory error; the device should be reset; "
        "2 uncorrected memory errors",
        describe_trouble(device_with({.ecc_uncorrected = 2, .critical_xid = 95})));
    DeviceReport lost = device_with({.ecc_uncorrected = 1});
    lost.is_lost = true;
    EXPECT_EQ("the device is lost; 1 uncorrected memory error", describe_trouble(lost));
    lost.error = "illegal address (700)";
    EXPECT_EQ("illegal address (700); 1 uncorrected memory error", describe_trouble(lost));
}

TEST(DeviceTrouble, OfSeveralDevicesNamesEach) {
    DeviceReport well;
    DeviceReport other = device_with({.ecc_uncorrected = 3});
    other.index = 2;
    EXPECT_EQ(
        "device 1 reports 1 uncorrected memory error; "
        "device 2 reports 3 uncorrected memory errors",
        describe_trouble({well, device_with({.ecc_uncorrected = 1}), other}));
}

TEST_F(Changes, AreNoneWhileADeviceIsWell) {
    EXPECT_TRUE(take({}).empty());
    EXPECT_TRUE(take({.ecc_uncorrected = 0, .xid_errors = 0}).empty());
    EXPECT_TRUE(changes_.take({}, now_).empty());
}

TEST_F(Changes, TellOfAnXidOnce) {
    take({.xid_errors = 0});
    const auto news = take({.xid_errors = 1, .last_xid = 13});
    ASSERT_EQ(1U, news.size());
    EXPECT_EQ(DeviceNewsKind::xid, news[0].kind);
    EXPECT_EQ(1U, news[0].device);
    EXPECT_EQ("GPU-1", news[0].uuid);
    EXPECT_EQ(13U, news[0].xid);
    EXPECT_EQ(1U, news[0].count);
    EXPECT_FALSE(news[0].is_critical);
    EXPECT_EQ("Xid 13: a kernel failed", news[0].message);
    EXPECT_TRUE(take({.xid_errors = 1, .last_xid = 13}).empty());
    EXPECT_EQ(1U, take({.xid_errors = 2, .last_xid = 13}).size());
}

TEST_F(Changes, TellOfTheCriticalXidAmongItsFollowers) {
    const auto news = take({.xid_errors = 3, .last_xid = 45, .critical_xid = 48});
    ASSERT_EQ(1U, news.size());
    EXPECT_EQ(48U, news[0].xid);
    EXPECT_EQ(3U, news[0].count);
    EXPECT_TRUE(news[0].is_critical);
    const auto later = take({.xid_errors = 4, .last_xid = 45, .critical_xid = 48});
    ASSERT_EQ(1U, later.size());
    EXPECT_EQ(45U, later[0].xid);
    EXPECT_FALSE(later[0].is_critical);
}

TEST_F(Changes, TellOfUncorrectedMemoryErrorsOnceTheirNumberGrows) {
    const auto first = take({.ecc_uncorrected = 2});
    ASSERT_EQ(1U, first.size());
    EXPECT_EQ(DeviceNewsKind::ecc_uncorrected, first[0].kind);
    EXPECT_TRUE(first[0].is_critical);
    EXPECT_TRUE(take({.ecc_uncorrected = 2}).empty());
    const auto more = take({.ecc_uncorrected = 5});
    ASSERT_EQ(1U, more.size());
    EXPECT_EQ(3U, more[0].count);
    EXPECT_EQ("5 uncorrected memory errors since the driver was loaded", more[0].message);
}

TEST_F(Changes, ForgetNothingWhileTheFiguresAreMissing) {
    take({.ecc_uncorrected = 2, .xid_errors = 1, .last_xid = 31});
    EXPECT_TRUE(take({}).empty());
    EXPECT_TRUE(take({.ecc_uncorrected = 2, .xid_errors = 1, .last_xid = 31}).empty());
}

TEST_F(Changes, TellWhenThrottlingBeginsAndWhenItIsOver) {
    auto news = take({.throttle_reasons = {"thermal", "power_cap"}});
    ASSERT_EQ(1U, news.size());
    EXPECT_EQ(DeviceNewsKind::throttled, news[0].kind);
    EXPECT_EQ("thermal, power_cap", news[0].message);
    EXPECT_TRUE(take({.throttle_reasons = {"power_cap"}}).empty());
    now_ += seconds(9);
    EXPECT_TRUE(take({}).empty());
    now_ += seconds(1);
    news = take({});
    ASSERT_EQ(1U, news.size());
    EXPECT_EQ(DeviceNewsKind::unthrottled, news[0].kind);
    EXPECT_TRUE(take({}).empty());
}

TEST_F(Changes, TellOfThrottlingThatComesAndGoesOnce) {
    std::size_t told = 0;
    for (int second = 0; second < 60; ++second) {
        const bool is_throttled = second % 2 == 0;
        told += take({.throttle_reasons = is_throttled ? std::vector<std::string>{"power_cap"}
                                                       : std::vector<std::string>{}})
                    .size();
        now_ += seconds(1);
    }
    EXPECT_EQ(1U, told);
}

}  // namespace
}  // namespace qr
