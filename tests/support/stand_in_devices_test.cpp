#include "tests/support/stand_in_devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr::test {
namespace {

using testing::ElementsAre;

constexpr TimePoint kSeen{std::chrono::seconds(5)};

TEST(StandInDevices, AreReadLineByLine) {
    const auto devices = parse_devices(
        "0 name Stand-in 9000\n0 uuid GPU-1\n0 temperature 45\n0 memory 1000 250\n"
        "0 ecc 2 1\n0 throttle thermal power_cap\n0 xid 2 45 48\n0 planned 4096\n"
        "1 uuid MIG-2\n1 mig 1g.10gb\n1 lost illegal address\n1 sings loudly\nnonsense\n",
        kSeen);
    ASSERT_EQ(2U, devices.size());
    EXPECT_EQ("Stand-in 9000", devices[0].name);
    EXPECT_EQ(4096U, devices[0].planned_bytes);
    EXPECT_EQ(kSeen, devices[0].seen);
    EXPECT_EQ(45U, devices[0].condition.temperature_celsius);
    EXPECT_EQ(250U, devices[0].condition.memory_used_bytes);
    EXPECT_EQ(1U, devices[0].condition.ecc_uncorrected);
    EXPECT_THAT(devices[0].condition.throttle_reasons, ElementsAre("thermal", "power_cap"));
    EXPECT_EQ(2U, devices[0].condition.xid_errors);
    EXPECT_EQ(48U, devices[0].condition.critical_xid);
    EXPECT_EQ(1U, devices[1].index);
    EXPECT_EQ("1g.10gb", devices[1].mig_profile);
    EXPECT_EQ("illegal address", devices[1].error);
    EXPECT_FALSE(devices[1].condition.temperature_celsius);
}

TEST(StandInDevices, AreNoneInAnEmptyText) {
    EXPECT_TRUE(parse_devices("", kSeen).empty());
}

}  // namespace
}  // namespace qr::test
