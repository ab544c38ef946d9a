// Launch shapes, memory, copies, streams and events: the codes and the order that a device gives.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/kernels/emulation/device_fixture.h"
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::emulation {
namespace {

using testing::ElementsAre;

void nothing_kernel() {}

class Runtime : public DeviceTest {
  protected:
    cudaError_t launch(dim3 grid, dim3 block, std::size_t shared_bytes = 0) {
        cudaLaunchConfig_t config{};
        config.gridDim = grid;
        config.blockDim = block;
        config.dynamicSmemBytes = shared_bytes;
        config.stream = stream_;
        return cudaLaunchKernelEx(&config, nothing_kernel);
    }
    void use(Progress progress) {
        Settings settings;
        settings.progress = progress;
        reset(settings);
    }
};

TEST_F(Runtime, RefusesLaunchShapesThatNoDeviceTakes) {
    EXPECT_EQ(cudaSuccess, launch(dim3(1), dim3(1024)));
    for (const dim3 block : {dim3(1025), dim3(0), dim3(1, 1, 65), dim3(32, 33)})
        EXPECT_EQ(cudaErrorInvalidConfiguration, launch(dim3(1), block));
    for (const dim3 grid : {dim3(0), dim3(1, 65536), dim3(1, 1, 65536), dim3(0x80000000U)})
        EXPECT_EQ(cudaErrorInvalidConfiguration, launch(grid, dim3(1)));
    EXPECT_EQ(cudaErrorInvalidConfiguration, cudaGetLastError());
    EXPECT_EQ(cudaSuccess, cudaGetLastError());
}

TEST_F(Runtime, RefusesDynamicSharedMemoryThatTheKernelDidNotAskFor) {
    EXPECT_EQ(cudaSuccess, launch(dim3(1), dim3(1), 48 << 10));
    EXPECT_EQ(cudaErrorInvalidValue, launch(dim3(1), dim3(1), (48 << 10) + 1));
    const auto attribute = cudaFuncAttributeMaxDynamicSharedMemorySize;
    EXPECT_EQ(cudaErrorInvalidValue,
              cudaFuncSetAttribute(nothing_kernel, attribute, (227 << 10) + 1));
    EXPECT_EQ(cudaSuccess, cudaFuncSetAttribute(nothing_kernel, attribute, 227 << 10));
    EXPECT_EQ(cudaSuccess, launch(dim3(1), dim3(1), 227 << 10));
}

TEST_F(Runtime, RefusesMemoryThatTheDeviceDoesNotHave) {
    Settings settings;
    settings.memory_bytes = 4096;
    reset(settings);
    void *first = nullptr, *second = nullptr;
    EXPECT_EQ(cudaSuccess, cudaMalloc(&first, 4000));
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaMalloc(&second, 100));
    EXPECT_EQ(nullptr, second);
    std::size_t free = 0, total = 0;
    EXPECT_EQ(cudaSuccess, cudaMemGetInfo(&free, &total));
    EXPECT_EQ(0U, free);
    EXPECT_EQ(4096U, total);
    EXPECT_EQ(cudaErrorInvalidValue, cudaFreeHost(first));
    EXPECT_EQ(cudaSuccess, cudaFree(first));
    EXPECT_EQ(cudaErrorInvalidValue, cudaFree(first));
}

TEST_F(Runtime, RefusesCopiesThatDoNotFitTheirSides) {
    const DeviceArray<float> device({1, 2});
    std::vector<float> host(3);
    const auto copy = [&](void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
        return cudaMemcpyAsync(to, from, bytes, kind, stream_);
    };
    EXPECT_EQ(cudaErrorInvalidValue, copy(device.data(), host.data(), 12, cudaMemcpyHostToDevice));
    EXPECT_EQ(cudaErrorInvalidValue, copy(host.data(), device.data(), 12, cudaMemcpyDefault));
    EXPECT_EQ(cudaErrorInvalidValue, copy(host.data(), device.data(), 8, cudaMemcpyHostToDevice));
    EXPECT_EQ(cudaErrorInvalidValue, cudaMemsetAsync(device.data(), 0, 9, stream_));
    EXPECT_EQ(cudaSuccess, copy(host.data(), device.data(), 8, cudaMemcpyDefault));
    EXPECT_THAT(host, ElementsAre(1, 2, 0));
}

TEST_F(Runtime, DeferredWorkWaitsUntilItsStreamIsWaitedFor) {
    const DeviceArray<float> rows({3, 4});
    float* pinned = nullptr;
    ASSERT_EQ(cudaSuccess, cudaMallocHost(&pinned, 2 * sizeof(float)));
    pinned[0] = 0;
    use(Progress::kOnWait);
    ASSERT_EQ(cudaSuccess, samples::normalise_rows(rows.data(), rows.data(), 1, 2, stream_));
    ASSERT_EQ(cudaSuccess,
              cudaMemcpyAsync(pinned, rows.data(), 8, cudaMemcpyDeviceToHost, stream_));
    EXPECT_EQ(0.0F, pinned[0]);
    EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(stream_));
    EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
    EXPECT_FLOAT_EQ(0.6F, pinned[0]);
    EXPECT_EQ(cudaSuccess, cudaStreamQuery(stream_));
    EXPECT_EQ(cudaSuccess, cudaFreeHost(pinned));
}

TEST_F(Runtime, AskingOftenEnoughFinishesDeferredWork) {
    use(Progress::kOnWait);
    ASSERT_EQ(cudaSuccess, launch(dim3(1), dim3(1)));
    ASSERT_EQ(cudaSuccess, launch(dim3(1), dim3(1)));
    EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(stream_));
    EXPECT_EQ(cudaErrorNotReady, cudaStreamQuery(stream_));
    EXPECT_EQ(cudaSuccess, cudaStreamQuery(stream_));
}

TEST_F(Runtime, AStreamWaitsForAnEventOfAnother) {
    cudaStream_t other = nullptr;
    cudaEvent_t event = nullptr;
    ASSERT_EQ(cudaSuccess, cudaStreamCreate(&other));
    ASSERT_EQ(cudaSuccess, cudaEventCreate(&event));
    EXPECT_EQ(cudaSuccess, cudaEventQuery(event));
    use(Progress::kOnWait);
    std::vector<int> order;
    struct Step {
        std::vector<int>* order;
        int number;
    };
    Step first{&order, 1}, second{&order, 2};
    const auto note = [](void* data) {
        const auto* const step = static_cast<Step*>(data);
        step->order->push_back(step->number);
    };
    ASSERT_EQ(cudaSuccess, cudaLaunchHostFunc(other, note, &first));
    ASSERT_EQ(cudaSuccess, cudaEventRecord(event, other));
    ASSERT_EQ(cudaSuccess, cudaStreamWaitEvent(stream_, event, 0));
    ASSERT_EQ(cudaSuccess, cudaLaunchHostFunc(stream_, note, &second));
    EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));  // nothing asked `other` to go on
    EXPECT_THAT(order, ElementsAre(1, 2));
    EXPECT_EQ(cudaSuccess, cudaEventSynchronize(event));
    float milliseconds = -1;
    EXPECT_EQ(cudaSuccess, cudaEventElapsedTime(&milliseconds, event, event));
    EXPECT_EQ(0.0F, milliseconds);
    EXPECT_EQ(cudaSuccess, cudaEventDestroy(event));
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventDestroy(event));
    EXPECT_EQ(cudaSuccess, cudaStreamDestroy(other));
}

TEST_F(Runtime, AnEventIsReadyOnceWhatItFollowsIsDone) {
    cudaEvent_t event = nullptr;
    ASSERT_EQ(cudaSuccess, cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    use(Progress::kOnWait);
    ASSERT_EQ(cudaSuccess, launch(dim3(1), dim3(1)));
    ASSERT_EQ(cudaSuccess, cudaEventRecord(event, stream_));
    EXPECT_EQ(cudaErrorNotReady, cudaEventQuery(event));
    EXPECT_EQ(cudaSuccess, cudaEventSynchronize(event));
    EXPECT_EQ(cudaSuccess, cudaEventQuery(event));
    float milliseconds = 0;
    EXPECT_EQ(cudaErrorInvalidResourceHandle, cudaEventElapsedTime(&milliseconds, event, event));
    EXPECT_EQ(cudaSuccess, cudaEventDestroy(event));
}

TEST_F(Runtime, InTheBackgroundAHostFunctionComesByItself) {
    use(Progress::kInBackground);
    struct Latch {
        std::mutex mutex;
        std::condition_variable changed;
        std::thread::id thread;
        cudaError_t answer = cudaSuccess;
        bool is_open = false;
    } latch;
    const auto open = [](void* data) {
        auto& target = *static_cast<Latch*>(data);
        const std::lock_guard lock(target.mutex);
        target.thread = std::this_thread::get_id();
        target.answer = cudaGetDevice(nullptr);
        target.is_open = true;
        target.changed.notify_one();
    };
    ASSERT_EQ(cudaSuccess, cudaLaunchHostFunc(stream_, open, &latch));
    std::unique_lock lock(latch.mutex);
    latch.changed.wait(lock, [&] { return latch.is_open; });
    EXPECT_NE(std::this_thread::get_id(), latch.thread);
    EXPECT_EQ(cudaErrorNotPermitted, latch.answer);
}

TEST_F(Runtime, AFailureIsInjectedOnce) {
    fail_next("cudaMalloc", cudaErrorMemoryAllocation);
    void* memory = nullptr;
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaMalloc(&memory, 16));
    EXPECT_EQ(cudaErrorMemoryAllocation, cudaGetLastError());
    EXPECT_EQ(cudaSuccess, cudaMalloc(&memory, 16));
    EXPECT_EQ(cudaSuccess, cudaFree(memory));
}

TEST_F(Runtime, WithoutADriverEveryCallSaysSo) {
    Settings settings;
    settings.devices = 0;
    reset(settings);
    int count = 7;
    EXPECT_EQ(cudaErrorInsufficientDriver, cudaGetDeviceCount(&count));
    EXPECT_EQ(7, count);
    int version = -1;
    EXPECT_EQ(cudaSuccess, cudaDriverGetVersion(&version));
    EXPECT_EQ(0, version);
}

TEST_F(Runtime, AStreamOfOneDeviceTakesNoLaunchFromAnother) {
    Settings settings;
    settings.devices = 2;
    reset(settings);
    EXPECT_EQ(cudaErrorInvalidDevice, cudaSetDevice(2));
    ASSERT_EQ(cudaSuccess, cudaSetDevice(1));
    EXPECT_EQ(cudaErrorInvalidResourceHandle, launch(dim3(1), dim3(1)));
    ASSERT_EQ(cudaSuccess, cudaSetDevice(0));
    EXPECT_EQ(cudaSuccess, launch(dim3(1), dim3(1)));
}

TEST_F(Runtime, CodesHaveTheirNames) {
    EXPECT_STREQ("cudaErrorMemoryAllocation", cudaGetErrorName(cudaErrorMemoryAllocation));
    EXPECT_STREQ("cudaErrorLaunchFailure", cudaGetErrorName(cudaErrorLaunchFailure));
}

}  // namespace
}  // namespace qr::emulation
