#include "host/cuda/capture.h"

#include <cstring>

#include "host/cuda/status.h"
#include "tests/host/cuda/cuda_fixture.h"

namespace qr::cuda {
namespace {

class Capture : public CudaTest {
  protected:
    Result<void> copy() {
        return checked("cudaMemcpyAsync", cudaMemcpyAsync(to_.data(), from_.data(), 4,
                                                          cudaMemcpyHostToDevice, stream_.get()));
    }
    int copied() const {
        int value = 0;
        EXPECT_EQ(cudaSuccess, cudaMemcpy(&value, to_.data(), 4, cudaMemcpyDeviceToHost));
        return value;
    }
    void put(int value) { std::memcpy(from_.data(), &value, 4); }

    const PinnedMemory from_ = *make_pinned_memory(4);
    const DeviceMemory to_ = *make_device_memory(4);
    const Stream stream_ = *make_stream();
};

TEST_F(Capture, DoesNothingUntilItsGraphIsLaunched) {
    put(1);
    ASSERT_TRUE(copy().ok());
    put(2);
    const auto graph = capture(stream_.get(), [&] { return copy(); });
    ASSERT_TRUE(graph.ok());
    EXPECT_EQ(1, copied());
    for (const int value : {3, 4}) {
        put(value);
        ASSERT_EQ(cudaSuccess, cudaGraphLaunch(graph->get(), stream_.get()));
        ASSERT_EQ(cudaSuccess, cudaStreamSynchronize(stream_.get()));
        EXPECT_EQ(value, copied());
    }
}

TEST_F(Capture, LeavesTheStreamFitForUseWhateverFails) {
    const auto fails = capture(stream_.get(), [] { return Error{.message = "no"}; });
    EXPECT_EQ("no", fails.error().message);
    for (const char* const call :
         {"cudaStreamBeginCapture", "cudaMemcpyAsync", "cudaGraphInstantiate"}) {
        emulation::fail_next(call, cudaErrorMemoryAllocation);
        const auto refused = capture(stream_.get(), [&] { return copy(); });
        ASSERT_FALSE(refused.ok()) << call;
        EXPECT_EQ(Code::out_of_memory, refused.error().code);
        put(5);
        ASSERT_TRUE(copy().ok());
        ASSERT_EQ(cudaSuccess, cudaStreamSynchronize(stream_.get()));
        EXPECT_EQ(5, copied());
        put(0);
    }
}

}  // namespace
}  // namespace qr::cuda
