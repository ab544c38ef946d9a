// Layouts and values against NVIDIA's reference: numbers that were looked up, not computed.
#include "host/cuda/nvml_api.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace qr::cuda::nvml {
namespace {

TEST(NvmlApi, TemperatureHasTheLayoutOfNvmlTemperatureV1) {
    EXPECT_EQ(12U, sizeof(Temperature));
    EXPECT_EQ(4U, offsetof(Temperature, sensor));
    EXPECT_EQ(8U, offsetof(Temperature, celsius));
    EXPECT_EQ(0x0100'000CU, version_of<Temperature>(1));
}

TEST(NvmlApi, MemoryHasTheLayoutsOfItsTwoVersions) {
    EXPECT_EQ(24U, sizeof(Memory));
    EXPECT_EQ(8U, offsetof(Memory, free));
    EXPECT_EQ(16U, offsetof(Memory, used));
    EXPECT_EQ(40U, sizeof(MemoryV2));
    EXPECT_EQ(8U, offsetof(MemoryV2, total));
    EXPECT_EQ(16U, offsetof(MemoryV2, reserved));
    EXPECT_EQ(24U, offsetof(MemoryV2, free));
    EXPECT_EQ(32U, offsetof(MemoryV2, used));
    EXPECT_EQ(0x0200'0028U, version_of<MemoryV2>(2));
}

TEST(NvmlApi, UtilizationIsTwoNumbers) {
    EXPECT_EQ(8U, sizeof(Utilization));
    EXPECT_EQ(4U, offsetof(Utilization, memory));
}

TEST(NvmlApi, EventDataHasTheLayoutOfVersion2) {
    EXPECT_EQ(32U, sizeof(EventData));
    EXPECT_EQ(8U, offsetof(EventData, type));
    EXPECT_EQ(16U, offsetof(EventData, data));
    EXPECT_EQ(24U, offsetof(EventData, gpu_instance));
    EXPECT_EQ(28U, offsetof(EventData, compute_instance));
}

TEST(NvmlApi, EnumerationsAreAsWideAsInC) {
    EXPECT_EQ(4U, sizeof(Status));
    EXPECT_EQ(4U, sizeof(TemperatureSensor));
    EXPECT_EQ(4U, sizeof(EccError));
    EXPECT_EQ(4U, sizeof(EccCounter));
}

}  // namespace
}  // namespace qr::cuda::nvml
