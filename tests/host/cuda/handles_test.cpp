#include "host/cuda/handles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/support/emulation/emulation.h"

namespace qr::cuda {
namespace {

using emulation::live_objects;
using testing::HasSubstr;

class Handles : public testing::Test {
  protected:
    Handles() { emulation::reset(); }
    ~Handles() override {
        emulation::reset();
        EXPECT_EQ(0U, live_objects());
    }
};

TEST_F(Handles, GiveBackWhatTheyOwnOnce) {
    {
        Result<Stream> stream = make_stream();
        Result<Event> event = make_event();
        Result<DeviceMemory> device = make_device_memory(1000);
        Result<PinnedMemory> pinned = make_pinned_memory(1000);
        ASSERT_TRUE(stream.ok() && event.ok() && device.ok() && pinned.ok());
        EXPECT_EQ(4U, live_objects());
        EXPECT_EQ(1000U, device->bytes());
        Stream moved = std::move(*stream);
        EXPECT_FALSE(*stream);
        EXPECT_TRUE(moved);
        DeviceMemory other;
        other = std::move(*device);
        EXPECT_NE(nullptr, other.data());
        EXPECT_EQ(4U, live_objects());
    }
    EXPECT_EQ(0U, live_objects());
}

TEST_F(Handles, AnEmptyOneGivesNothingBack) {
    const Stream stream;
    const DeviceMemory memory;
    EXPECT_EQ(nullptr, stream.get());
    EXPECT_EQ(nullptr, memory.data());
}

TEST_F(Handles, AnExecutableOutlivesItsGraph) {
    Result<Stream> stream = make_stream();
    ASSERT_TRUE(stream.ok());
    ASSERT_EQ(cudaSuccess, cudaStreamBeginCapture(stream->get(), cudaStreamCaptureModeThreadLocal));
    cudaGraph_t captured = nullptr;
    ASSERT_EQ(cudaSuccess, cudaStreamEndCapture(stream->get(), &captured));
    GraphExecutable executable;
    {
        const Graph graph(captured);
        Result<GraphExecutable> made = make_executable(graph);
        ASSERT_TRUE(made.ok());
        executable = std::move(*made);
    }
    EXPECT_EQ(cudaSuccess, cudaGraphLaunch(executable.get(), stream->get()));
}

TEST_F(Handles, MemoryThatIsNotThereIsOutOfMemoryAndNamesWhatWasAsked) {
    emulation::Settings settings = emulation::settings();
    settings.memory_bytes = 4096;
    emulation::reset(settings);
    const Result<DeviceMemory> device = make_device_memory(4097);
    ASSERT_FALSE(device.ok());
    EXPECT_EQ(Code::out_of_memory, device.error().code);
    EXPECT_THAT(device.error().message, HasSubstr("cudaMalloc"));
    EXPECT_THAT(device.error().message, HasSubstr("asked for 4097 bytes"));
    emulation::fail_next("cudaHostAlloc", cudaErrorMemoryAllocation);
    const Result<PinnedMemory> pinned = make_pinned_memory(77);
    ASSERT_FALSE(pinned.ok());
    EXPECT_EQ(Code::out_of_memory, pinned.error().code);
    EXPECT_THAT(pinned.error().message, HasSubstr("asked for 77 bytes"));
}

TEST_F(Handles, EachFunctionTellsWhichCallFailed) {
    emulation::fail_next("cudaStreamCreateWithFlags", cudaErrorLaunchFailure);
    emulation::fail_next("cudaEventCreateWithFlags", cudaErrorLaunchFailure);
    emulation::fail_next("cudaGraphInstantiate", cudaErrorLaunchFailure);
    EXPECT_THAT(make_stream().error().message, HasSubstr("cudaStreamCreateWithFlags"));
    EXPECT_THAT(make_event().error().message, HasSubstr("cudaEventCreateWithFlags"));
    EXPECT_THAT(make_executable(Graph()).error().message, HasSubstr("cudaGraphInstantiate"));
}

TEST_F(Handles, WhatALostDeviceRefusesToTakeBackIsLetGo) {
    Result<PinnedMemory> pinned = make_pinned_memory(64);
    ASSERT_TRUE(pinned.ok());
    void* const data = pinned->data();
    emulation::fail_next("cudaFreeHost", cudaErrorIllegalAddress);
    { const PinnedMemory gone = std::move(*pinned); }
    EXPECT_EQ(1U, live_objects());
    EXPECT_EQ(cudaSuccess, cudaFreeHost(data));
}

}  // namespace
}  // namespace qr::cuda
