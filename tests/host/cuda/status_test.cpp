#include "host/cuda/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace qr::cuda {
namespace {

using testing::HasSubstr;

struct Row {
    cudaError_t status;
    Code code;
    bool is_sticky;
};

TEST(Status, EveryCauseHasItsCodeAndWhatSticksIsALoss) {
    const std::vector<Row> rows = {
        {cudaErrorMemoryAllocation, Code::out_of_memory, false},
        {cudaErrorInvalidValue, Code::internal, false},
        {cudaErrorInvalidConfiguration, Code::internal, false},
        {cudaErrorInvalidResourceHandle, Code::internal, false},
        {cudaErrorLaunchOutOfResources, Code::internal, false},
        {cudaErrorStreamCaptureUnsupported, Code::internal, false},
        {cudaErrorStreamCaptureInvalidated, Code::internal, false},
        {cudaErrorInsufficientDriver, Code::unavailable, false},
        {cudaErrorNoDevice, Code::unavailable, false},
        {cudaErrorInitializationError, Code::unavailable, false},
        {cudaErrorDevicesUnavailable, Code::unavailable, false},
        {cudaErrorNoKernelImageForDevice, Code::unavailable, false},
        {cudaErrorSystemNotReady, Code::unavailable, false},
        {cudaErrorCudartUnloading, Code::unavailable, false},
        {cudaErrorIllegalAddress, Code::unavailable, true},
        {cudaErrorMisalignedAddress, Code::unavailable, true},
        {cudaErrorIllegalInstruction, Code::unavailable, true},
        {cudaErrorAssert, Code::unavailable, true},
        {cudaErrorLaunchFailure, Code::unavailable, true},
        {cudaErrorLaunchTimeout, Code::unavailable, true},
        {cudaErrorECCUncorrectable, Code::unavailable, true},
        {cudaErrorNvlinkUncorrectable, Code::unavailable, true},
        {cudaErrorContained, Code::unavailable, true},
        {cudaErrorContextIsDestroyed, Code::unavailable, true},
        {cudaErrorUnknown, Code::unavailable, true},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(row.code, code_of(row.status)) << row.status;
        EXPECT_EQ(row.is_sticky, is_sticky(row.status)) << row.status;
        EXPECT_EQ(row.is_sticky, is_loss(error_of("cudaMalloc", row.status))) << row.status;
    }
}

TEST(Status, AnErrorNamesTheCallAndTheRuntimesWords) {
    const Error error = error_of("cudaEventRecord", cudaErrorIllegalAddress);
    EXPECT_EQ("cudaEventRecord failed: cudaErrorIllegalAddress (cudaErrorIllegalAddress)",
              error.message);
    EXPECT_EQ("device_lost", error.reason);
    EXPECT_EQ("", error_of("cudaMalloc", cudaErrorMemoryAllocation).reason);
}

TEST(Status, SuccessIsNoError) {
    EXPECT_TRUE(checked("cudaMalloc", cudaSuccess).ok());
    const Result<void> failed = checked("overlap", cudaErrorInvalidConfiguration);
    ASSERT_FALSE(failed.ok());
    EXPECT_THAT(failed.error().message, HasSubstr("overlap"));
}

}  // namespace
}  // namespace qr::cuda
