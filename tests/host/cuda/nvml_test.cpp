#include "host/cuda/nvml.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "host/base/metrics_table.h"
#include "tests/host/cuda/nvml_fixture.h"

namespace qr::cuda {
namespace {

using testing::HasSubstr;

constexpr const char* kTwoInstances = R"(1 uuid MIG-7
1 mig_of 0
1 instances 3 0
2 uuid MIG-8
2 mig_of 0
2 instances 4 0
)";

class NvmlConditionsTest : public NvmlTest {
  protected:
    NvmlConditions conditions(std::vector<std::string> uuids) {
        std::vector<DeviceIdentity> devices;
        for (std::string& uuid : uuids)
            devices.push_back({.uuid = std::move(uuid)});
        return NvmlConditions(std::move(devices), library_);
    }
};

TEST_F(NvmlConditionsTest, TellsOfEachDeviceInTheOrderGiven) {
    tell(std::string(kWholeDevice) + "1 uuid GPU-2\n1 temperature 61\n");
    NvmlConditions nvml = conditions({"GPU-2", "GPU-3", "GPU-1"});
    const std::vector<DeviceSighting> seen = nvml.look();
    ASSERT_EQ(3U, seen.size());
    EXPECT_EQ("GPU-2", seen[0].uuid);
    EXPECT_EQ(61U, seen[0].condition.temperature_celsius);
    EXPECT_EQ("", seen[1].uuid);
    EXPECT_FALSE(seen[1].condition.temperature_celsius);
    EXPECT_THAT(seen[1].condition.message, HasSubstr("GPU-3"));
    EXPECT_EQ("GPU-1", seen[2].uuid);
    EXPECT_EQ(45U, seen[2].condition.temperature_celsius);
}

TEST_F(NvmlConditionsTest, LooksAgainForADeviceThatWasNotThere) {
    tell("");
    NvmlConditions nvml = conditions({"GPU-1"});
    EXPECT_NE("", nvml.look().at(0).condition.message);
    tell(kWholeDevice);
    EXPECT_EQ(45U, nvml.look().at(0).condition.temperature_celsius);
}

TEST_F(NvmlConditionsTest, StartsTheLibraryOnceAndFreesTheEventsBeforeItGoes) {
    tell(std::string(kWholeDevice) + "calls\n");
    {
        NvmlConditions nvml = conditions({"GPU-1"});
        EXPECT_TRUE(calls().empty());
        nvml.look();
        nvml.look();
    }
    const std::vector<std::string> made = calls();
    EXPECT_EQ(1, std::ranges::count(made, "nvmlInit_v2"));
    ASSERT_GE(made.size(), 2U);
    EXPECT_EQ("nvmlEventSetFree", made.at(made.size() - 2));
    EXPECT_EQ("nvmlShutdown", made.back());
}

TEST_F(NvmlConditionsTest, SaysOfEveryDeviceWhyThereIsNoLibrary) {
    NvmlConditions nvml({{.uuid = "GPU-1"}, {.uuid = "GPU-2"}}, "libnvidia-ml.so.nowhere");
    for (const DeviceSighting& sighting : nvml.look()) {
        EXPECT_THAT(sighting.condition.message, HasSubstr("libnvidia-ml.so.nowhere"));
        EXPECT_FALSE(sighting.condition.temperature_celsius);
        EXPECT_FALSE(sighting.condition.xid_errors);
    }
}

TEST_F(NvmlConditionsTest, CountsXidErrorsAsTheyArriveAndKeepsTheLast) {
    NvmlConditions nvml = conditions({"GPU-1"});
    DeviceCondition seen = nvml.look().at(0).condition;
    EXPECT_EQ(0U, seen.xid_errors);
    EXPECT_FALSE(seen.last_xid);
    tell(std::string(kWholeDevice) + "0 xid 48\n0 xid 45\n");
    seen = nvml.look().at(0).condition;
    EXPECT_EQ(2U, seen.xid_errors);
    EXPECT_EQ(45U, seen.last_xid);
    EXPECT_EQ(48U, seen.critical_xid);
    EXPECT_EQ(2U, nvml.look().at(0).condition.xid_errors);
    tell(std::string(kWholeDevice) + "0 xid 48\n0 xid 45\n0 xid 79\n");
    seen = nvml.look().at(0).condition;
    EXPECT_EQ(3U, seen.xid_errors);
    EXPECT_EQ(79U, seen.critical_xid);
}

TEST_F(NvmlConditionsTest, TakesABoundedNumberOfEventsAtALook) {
    std::string lines = kWholeDevice;
    for (int i = 0; i < NvmlConditions::kEventsPerLookMax + 3; ++i)
        lines += "0 xid 31\n";
    tell(lines);
    NvmlConditions nvml = conditions({"GPU-1"});
    EXPECT_EQ(64U, nvml.look().at(0).condition.xid_errors);
    EXPECT_EQ(67U, nvml.look().at(0).condition.xid_errors);
}

TEST_F(NvmlConditionsTest, CountsXidErrorsForTheInstanceOrBoardThatHadThem) {
    const std::string devices = std::string(kWholeDevice) + kTwoInstances;
    tell(devices);
    NvmlConditions nvml = conditions({"MIG-7", "MIG-8"});
    nvml.look();
    tell(devices + "0 xid 31 3 0\n0 xid 79\n0 xid 43 4 0\n0 xid 43 5 0\n");
    const std::vector<DeviceSighting> seen = nvml.look();
    EXPECT_EQ(2U, seen.at(0).condition.xid_errors);
    EXPECT_EQ(79U, seen.at(0).condition.last_xid);
    EXPECT_EQ(2U, seen.at(1).condition.xid_errors);
    EXPECT_EQ(43U, seen.at(1).condition.last_xid);
}

TEST_F(NvmlConditionsTest, RegistersABoardOnceForAllItsInstances) {
    tell(std::string(kWholeDevice) + kTwoInstances + "calls\n");
    NvmlConditions nvml = conditions({"MIG-7", "MIG-8"});
    nvml.look();
    EXPECT_EQ(1, std::ranges::count(calls(), "nvmlDeviceRegisterEvents"));
}

TEST_F(NvmlConditionsTest, TellsNoXidErrorsWhereEventsAreNotSupported) {
    tell(std::string(kWholeDevice) + "0 fail 3 nvmlDeviceRegisterEvents\n0 xid 79\n");
    NvmlConditions nvml = conditions({"GPU-1"});
    EXPECT_FALSE(nvml.look().at(0).condition.xid_errors);
    NvmlConditions old({{.uuid = "GPU-1"}}, old_library_);
    const DeviceSighting seen = old.look().at(0);
    EXPECT_FALSE(seen.condition.xid_errors);
    EXPECT_EQ(45U, seen.condition.temperature_celsius);
}

TEST_F(NvmlConditionsTest, GoesOnWhenTheDeviceIsLostAndWhenItComesBack) {
    NvmlConditions nvml = conditions({"GPU-1"});
    EXPECT_EQ(45U, nvml.look().at(0).condition.temperature_celsius);
    tell(std::string(kWholeDevice) + "0 fail 15 nvmlDeviceGetTemperatureV\n0 xid 79\n");
    const DeviceCondition lost = nvml.look().at(0).condition;
    EXPECT_FALSE(lost.temperature_celsius || lost.memory_total_bytes);
    EXPECT_EQ("temperature: GPU is lost (15)", lost.message);
    EXPECT_EQ(79U, lost.critical_xid);
    tell(kWholeDevice);
    EXPECT_EQ(45U, nvml.look().at(0).condition.temperature_celsius);
}

TEST_F(NvmlConditionsTest, IsLeftBehindByAMonitorWhileACallHangs) {
    tell(std::string(kWholeDevice) + "calls\nhang nvmlDeviceGetPowerUsage\n");
    const SteadyClock clock;
    {
        DeviceMonitor monitor(std::make_shared<NvmlConditions>(
                                  std::vector<DeviceIdentity>{{.uuid = "GPU-1"}}, library_),
                              1, clock, {.first_max = Duration::zero()});
        while (std::ranges::count(calls(), "nvmlDeviceGetPowerUsage") == 0) {
        }
        EXPECT_FALSE(monitor.last(0).at.has_value());
    }
    EXPECT_EQ(0, std::ranges::count(calls(), "nvmlShutdown"));
    tell(std::string(kWholeDevice) + "calls\n");
    while (std::ranges::count(calls(), "nvmlShutdown") == 0) {
    }
}

TEST(WatchDevices, SaysWhatIsMissingWhereThereIsNoDriver) {
    const SteadyClock clock;
    const auto monitor =
        watch_devices({{.uuid = "GPU-of-nobody", .pci_bus_id = "0000:ff:1f.7"}}, clock);
    const DeviceReport report = monitor->completed({.uuid = "GPU-of-nobody"});
    EXPECT_EQ("GPU-of-nobody", report.uuid);
    EXPECT_FALSE(report.condition.temperature_celsius);
    EXPECT_TRUE(!report.seen || !report.condition.message.empty());
}

}  // namespace
}  // namespace qr::cuda
