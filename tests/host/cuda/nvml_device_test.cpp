#include "host/cuda/nvml_device.h"

#include <gmock/gmock.h>

#include "tests/host/cuda/nvml_fixture.h"

namespace qr::cuda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kInstance = R"(0 mig_mode 1
1 uuid MIG-7
1 name NVIDIA H100 80GB HBM3 MIG 1g.10gb
1 mig_of 0
1 instances 3 0
1 memory 10000 40
)";

class NvmlDeviceTest : public NvmlTest {
  protected:
    std::shared_ptr<const NvmlLibrary> open(const std::string& file) {
        auto opened = NvmlLibrary::open(file);
        EXPECT_TRUE(opened.ok());
        return *opened;
    }
    DeviceCondition asked(const NvmlLibrary& library) {
        const Result<NvmlDevice> device = find_device(library, {.uuid = "GPU-1"});
        EXPECT_TRUE(device.ok());
        return ask(library, *device);
    }
};

TEST_F(NvmlDeviceTest, TellsEveryFigure) {
    const auto library = open(library_);
    const DeviceCondition condition = asked(*library);
    EXPECT_EQ(45U, condition.temperature_celsius);
    EXPECT_EQ(250'000U, condition.memory_used_bytes);
    EXPECT_EQ(85'000'000'000U, condition.memory_total_bytes);
    EXPECT_EQ(30U, condition.utilisation_percent);
    EXPECT_EQ(70'500U, condition.power_milliwatts);
    EXPECT_EQ(2U, condition.ecc_corrected);
    EXPECT_EQ(1U, condition.ecc_uncorrected);
    EXPECT_THAT(condition.throttle_reasons, ElementsAre("thermal", "power_cap"));
    EXPECT_EQ("", condition.message);
}

TEST_F(NvmlDeviceTest, TellsTheSameFromALibraryWithoutTheLatestFunctions) {
    const auto library = open(old_library_);
    const DeviceCondition condition = asked(*library);
    EXPECT_EQ(45U, condition.temperature_celsius);
    EXPECT_EQ(250'000U, condition.memory_used_bytes);
    EXPECT_EQ(85'000'000'000U, condition.memory_total_bytes);
    EXPECT_THAT(condition.throttle_reasons, ElementsAre("thermal", "power_cap"));
    EXPECT_EQ("", condition.message);
}

TEST_F(NvmlDeviceTest, LeavesOutWhatIsNotSupportedWithoutAWord) {
    tell("0 uuid GPU-1\n0 temperature 45\n");
    const auto library = open(library_);
    const DeviceCondition condition = asked(*library);
    EXPECT_EQ(45U, condition.temperature_celsius);
    EXPECT_FALSE(condition.memory_used_bytes || condition.memory_total_bytes);
    EXPECT_FALSE(condition.utilisation_percent || condition.power_milliwatts);
    EXPECT_FALSE(condition.ecc_corrected || condition.ecc_uncorrected);
    EXPECT_THAT(condition.throttle_reasons, IsEmpty());
    EXPECT_EQ("", condition.message);
}

TEST_F(NvmlDeviceTest, NamesARefusalAndGoesOn) {
    tell(std::string(kWholeDevice) + "0 fail 4 nvmlDeviceGetPowerUsage\n");
    const auto library = open(library_);
    const DeviceCondition condition = asked(*library);
    EXPECT_FALSE(condition.power_milliwatts);
    EXPECT_EQ(1U, condition.ecc_uncorrected);
    EXPECT_EQ("power: Insufficient Permissions (4)", condition.message);
}

TEST_F(NvmlDeviceTest, AsksALostDeviceForNothingMore) {
    tell(std::string(kWholeDevice) + "calls\n0 fail 15 nvmlDeviceGetMemoryInfo_v2\n");
    const auto library = open(library_);
    const DeviceCondition condition = asked(*library);
    EXPECT_EQ(45U, condition.temperature_celsius);
    EXPECT_FALSE(condition.memory_used_bytes || condition.power_milliwatts);
    EXPECT_EQ("memory: GPU is lost (15)", condition.message);
    EXPECT_EQ("nvmlDeviceGetMemoryInfo_v2", calls().back());
}

TEST_F(NvmlDeviceTest, IsFoundByItsPlaceOnTheBusWhereNoUuidIsKnown) {
    const auto library = open(library_);
    for (const DeviceIdentity& identity :
         {DeviceIdentity{.uuid = "", .pci_bus_id = "0000:3b:00.0"},
          DeviceIdentity{.uuid = "GPU-unheard-of", .pci_bus_id = "0000:3b:00.0"}}) {
        const Result<NvmlDevice> device = find_device(*library, identity);
        ASSERT_TRUE(device.ok());
        EXPECT_EQ("GPU-1", device->uuid);
        EXPECT_EQ("", device->mig_profile);
    }
}

TEST_F(NvmlDeviceTest, ThatIsNotThereIsNamed) {
    const auto library = open(library_);
    const Result<NvmlDevice> missing =
        find_device(*library, {.uuid = "GPU-9", .pci_bus_id = "0000:99:00.0"});
    ASSERT_FALSE(missing.ok());
    EXPECT_EQ(Code::not_found, missing.error().code);
    EXPECT_EQ("NVML finds no device 'GPU-9' at '0000:99:00.0': Not Found (6)",
              missing.error().message);
    tell("fail 4 nvmlDeviceGetHandleByUUID\n");
    const Result<NvmlDevice> refused = find_device(*library, {.uuid = "GPU-1"});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(Code::unavailable, refused.error().code);
    EXPECT_THAT(refused.error().message, HasSubstr("Insufficient Permissions (4)"));
}

TEST_F(NvmlDeviceTest, OfAMigInstanceIsFoundThoughCudaWritesItsUuidAsAWholeDevices) {
    tell(std::string(kWholeDevice) + kInstance);
    const auto library = open(library_);
    for (const char* uuid : {"MIG-7", "GPU-7"}) {
        const Result<NvmlDevice> device =
            find_device(*library, {.uuid = uuid, .pci_bus_id = "0000:3b:00.0"});
        ASSERT_TRUE(device.ok());
        EXPECT_EQ("MIG-7", device->uuid);
        EXPECT_EQ("GPU-1", device->board_uuid);
        EXPECT_EQ("1g.10gb", device->mig_profile);
        EXPECT_EQ(3U, device->gpu_instance);
        EXPECT_EQ(0U, device->compute_instance);
    }
}

TEST_F(NvmlDeviceTest, OfAMigInstanceTellsItsOwnMemoryAndTheBoardsOtherFigures) {
    tell(std::string(kWholeDevice) + kInstance);
    const auto library = open(library_);
    const Result<NvmlDevice> device = find_device(*library, {.uuid = "MIG-7"});
    ASSERT_TRUE(device.ok());
    const DeviceCondition condition = ask(*library, *device);
    EXPECT_EQ(10'000U, condition.memory_total_bytes);
    EXPECT_EQ(40U, condition.memory_used_bytes);
    EXPECT_EQ(45U, condition.temperature_celsius);
    EXPECT_EQ(1U, condition.ecc_uncorrected);
    EXPECT_EQ("", condition.message);
}

TEST_F(NvmlDeviceTest, OfAnUnknownMigInstanceSaysWhoseFiguresItTells) {
    tell(std::string(kWholeDevice) + kInstance);
    const auto library = open(library_);
    const Result<NvmlDevice> device =
        find_device(*library, {.uuid = "GPU-8", .pci_bus_id = "0000:3b:00.0"});
    ASSERT_TRUE(device.ok());
    EXPECT_EQ("", device->mig_profile);
    EXPECT_THAT(ask(*library, *device).message, HasSubstr("the whole device's"));
}

TEST_F(NvmlDeviceTest, IsAskedInVainButSafelyAfterSomebodyElsesShutdown) {
    const auto library = open(library_);
    const Result<NvmlDevice> device = find_device(*library, {.uuid = "GPU-1"});
    ASSERT_TRUE(device.ok());
    ASSERT_EQ(nvml::Status::success, library->api().shutdown());
    const DeviceCondition condition = ask(*library, *device);
    EXPECT_FALSE(condition.temperature_celsius || condition.power_milliwatts);
    EXPECT_EQ("temperature: Uninitialized (1)", condition.message);
    ASSERT_EQ(nvml::Status::success, library->api().init());
}

TEST(ClocksReasons, AreWordsForThrottlingAlone) {
    EXPECT_THAT(words_of_clocks_reasons(0), IsEmpty());
    EXPECT_THAT(words_of_clocks_reasons(0x1 | 0x2 | 0x100), IsEmpty());
    EXPECT_THAT(words_of_clocks_reasons(0x4), ElementsAre("power_cap"));
    EXPECT_THAT(words_of_clocks_reasons(0x8), ElementsAre("hardware_slowdown"));
    EXPECT_THAT(words_of_clocks_reasons(0x10), ElementsAre("sync_boost"));
    EXPECT_THAT(words_of_clocks_reasons(0x20), ElementsAre("thermal"));
    EXPECT_THAT(words_of_clocks_reasons(0x40), ElementsAre("hardware_thermal"));
    EXPECT_THAT(words_of_clocks_reasons(0x80), ElementsAre("power_brake"));
    EXPECT_THAT(words_of_clocks_reasons(0x4 | 0x400 | 0x10000), ElementsAre("power_cap", "other"));
}

TEST(MigProfile, StandsAtTheEndOfTheName) {
    EXPECT_EQ("1g.10gb", mig_profile_in("NVIDIA H100 80GB HBM3 MIG 1g.10gb"));
    EXPECT_EQ("1c.3g.40gb", mig_profile_in("NVIDIA A100 MIG 1c.3g.40gb"));
    EXPECT_EQ("unknown", mig_profile_in("NVIDIA H100"));
    EXPECT_EQ("unknown", mig_profile_in("NVIDIA H100 MIG "));
}

}  // namespace
}  // namespace qr::cuda
