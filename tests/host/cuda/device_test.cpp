#include "host/cuda/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/emulation/emulation.h"

namespace qr::cuda {
namespace {

using testing::HasSubstr;

class Devices : public testing::Test {
  protected:
    Devices() { show(1); }
    ~Devices() override { emulation::reset(); }

    static void show(int count) {
        emulation::Settings settings = emulation::settings_from_environment();
        settings.devices = count;
        emulation::reset(settings);
    }
};

TEST_F(Devices, AreDescribedInTheRuntimesOrder) {
    show(2);
    const Result<std::vector<DeviceInfo>> found = visible_devices();
    ASSERT_TRUE(found.ok());
    ASSERT_EQ(2U, found->size());
    EXPECT_EQ(0, found->at(0).index);
    EXPECT_EQ("Emulated device", found->at(0).name);
    EXPECT_EQ("9.0", found->at(0).compute_capability);
    EXPECT_EQ("sm_90", found->at(0).instruction_set);
    EXPECT_EQ("0000:01:00.0", found->at(0).pci_bus_id);
    EXPECT_EQ(std::uint64_t{1} << 30, found->at(0).memory_bytes);
    EXPECT_EQ(1, found->at(1).index);
    EXPECT_EQ("0000:02:00.0", found->at(1).pci_bus_id);
}

TEST_F(Devices, WithoutADriverTheCountIsNotLookedAt) {
    show(0);
    const Result<std::vector<DeviceInfo>> found = visible_devices();
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(Code::unavailable, found.error().code);
    EXPECT_EQ("no_driver", found.error().reason);
    EXPECT_THAT(found.error().message, HasSubstr("no CUDA driver"));
    EXPECT_THAT(found.error().message, HasSubstr("cudaErrorInsufficientDriver"));
}

TEST_F(Devices, AnOldDriverIsToldFromNone) {
    emulation::fail_next("cudaGetDeviceCount", cudaErrorInsufficientDriver);
    const Result<std::vector<DeviceInfo>> found = visible_devices();
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(Code::unavailable, found.error().code);
    EXPECT_EQ("old_driver", found.error().reason);
    EXPECT_THAT(found.error().message, HasSubstr("the driver offers CUDA "));
}

TEST_F(Devices, NoDeviceIsUnavailable) {
    emulation::fail_next("cudaGetDeviceCount", cudaErrorNoDevice);
    const Result<std::vector<DeviceInfo>> found = visible_devices();
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(Code::unavailable, found.error().code);
    EXPECT_EQ("no_device", found.error().reason);
}

TEST_F(Devices, OtherFailuresNameTheirCall) {
    emulation::fail_next("cudaGetDeviceCount", cudaErrorInitializationError);
    EXPECT_THAT(visible_devices().error().message, HasSubstr("cudaGetDeviceCount"));
    emulation::fail_next("cudaGetDeviceProperties", cudaErrorInitializationError);
    EXPECT_THAT(visible_devices().error().message, HasSubstr("cudaGetDeviceProperties"));
}

TEST_F(Devices, OneIsUsedByTheThreadThatAsks) {
    show(2);
    EXPECT_TRUE(use_device(1).ok());
    int current = -1;
    EXPECT_EQ(cudaSuccess, cudaGetDevice(&current));
    EXPECT_EQ(1, current);
    EXPECT_EQ(Code::internal, use_device(2).error().code);
    EXPECT_TRUE(use_device(0).ok());
}

TEST(DeviceUuid, IsWrittenInFiveGroups) {
    cudaUUID_t uuid{};
    for (int i = 0; i < 16; ++i)
        uuid.bytes[i] = static_cast<char>(0xF0 - 0x10 * i + i);
    EXPECT_EQ("GPU-f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f", uuid_text(uuid));
}

}  // namespace
}  // namespace qr::cuda
