// Capture into graphs, what a capture forbids, and replay.
#include "tests/kernels/emulation/device_fixture.h"
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::emulation {
namespace {

class Graphs : public DeviceTest {
  protected:
    Graphs() { EXPECT_EQ(cudaSuccess, cudaStreamCreate(&other_)); }
    ~Graphs() override {
        reset();
        EXPECT_EQ(cudaSuccess, cudaStreamDestroy(other_));
    }
    void begin(cudaStreamCaptureMode mode = cudaStreamCaptureModeThreadLocal) {
        ASSERT_EQ(cudaSuccess, cudaStreamBeginCapture(stream_, mode));
    }
    cudaError_t end() {
        cudaGraph_t graph = nullptr;
        const cudaError_t code = cudaStreamEndCapture(stream_, &graph);
        EXPECT_EQ(code == cudaSuccess, graph != nullptr);
        EXPECT_EQ(code == cudaSuccess ? cudaSuccess : cudaErrorInvalidResourceHandle,
                  cudaGraphDestroy(graph));
        return code;
    }

    cudaStream_t other_ = nullptr;
};

TEST_F(Graphs, ReplayDoesAgainWhatWasCaptured) {
    const DeviceArray<float> rows({3, 4});
    float* pinned = nullptr;
    ASSERT_EQ(cudaSuccess, cudaMallocHost(&pinned, 2 * sizeof(float)));
    begin();
    ASSERT_EQ(cudaSuccess,
              cudaMemcpyAsync(rows.data(), pinned, 8, cudaMemcpyHostToDevice, stream_));
    ASSERT_EQ(cudaSuccess, samples::normalise_rows(rows.data(), rows.data(), 1, 2, stream_));
    ASSERT_EQ(cudaSuccess,
              cudaMemcpyAsync(pinned, rows.data(), 8, cudaMemcpyDeviceToHost, stream_));
    cudaGraph_t graph = nullptr;
    ASSERT_EQ(cudaSuccess, cudaStreamEndCapture(stream_, &graph));
    EXPECT_FLOAT_EQ(3.0F, rows.values()[0]);  // nothing ran while it was captured

    cudaGraphExec_t executable = nullptr;
    ASSERT_EQ(cudaSuccess, cudaGraphInstantiate(&executable, graph, 0));
    ASSERT_EQ(cudaSuccess, cudaGraphDestroy(graph));
    for (const float x : {5.0F, 12.0F}) {
        pinned[0] = x;
        pinned[1] = 0;
        ASSERT_EQ(cudaSuccess, cudaGraphLaunch(executable, stream_));
        ASSERT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
        EXPECT_FLOAT_EQ(1.0F, pinned[0]);
    }
    EXPECT_EQ(cudaSuccess, cudaGraphExecDestroy(executable));
    EXPECT_EQ(cudaSuccess, cudaFreeHost(pinned));
}

TEST_F(Graphs, WaitingInACaptureVoidsIt) {
    begin();
    EXPECT_EQ(cudaErrorStreamCaptureUnsupported, cudaStreamSynchronize(stream_));
    EXPECT_EQ(cudaErrorStreamCaptureInvalidated, end());
    EXPECT_EQ(cudaErrorIllegalState, end());
}

TEST_F(Graphs, AllocatingInACaptureVoidsIt) {
    void* memory = nullptr;
    begin();
    EXPECT_EQ(cudaErrorStreamCaptureUnsupported, cudaMalloc(&memory, 16));
    EXPECT_EQ(cudaErrorStreamCaptureInvalidated, end());
    begin(cudaStreamCaptureModeRelaxed);
    EXPECT_EQ(cudaSuccess, cudaMalloc(&memory, 16));
    EXPECT_EQ(cudaSuccess, end());
    EXPECT_EQ(cudaSuccess, cudaFree(memory));
}

TEST_F(Graphs, AForkMustBeJoined) {
    cudaEvent_t forked = nullptr, joined = nullptr;
    ASSERT_EQ(cudaSuccess, cudaEventCreateWithFlags(&forked, cudaEventDisableTiming));
    ASSERT_EQ(cudaSuccess, cudaEventCreateWithFlags(&joined, cudaEventDisableTiming));
    const DeviceArray<float> rows({3, 4});
    for (const bool joins : {false, true}) {
        begin();
        ASSERT_EQ(cudaSuccess, cudaEventRecord(forked, stream_));
        ASSERT_EQ(cudaSuccess, cudaStreamWaitEvent(other_, forked, 0));
        ASSERT_EQ(cudaSuccess, samples::normalise_rows(rows.data(), rows.data(), 1, 2, other_));
        EXPECT_EQ(cudaErrorCapturedEvent, cudaEventSynchronize(forked));
        if (joins) {
            ASSERT_EQ(cudaSuccess, cudaEventRecord(joined, other_));
            ASSERT_EQ(cudaSuccess, cudaStreamWaitEvent(stream_, joined, 0));
        }
        EXPECT_EQ(joins ? cudaSuccess : cudaErrorStreamCaptureUnjoined, end());
    }
    EXPECT_EQ(cudaSuccess, cudaEventDestroy(forked));
    EXPECT_EQ(cudaSuccess, cudaEventDestroy(joined));
}

TEST_F(Graphs, AnEventOfAnEndedCaptureIsNobodys) {
    cudaEvent_t event = nullptr;
    ASSERT_EQ(cudaSuccess, cudaEventCreate(&event));
    begin();
    ASSERT_EQ(cudaSuccess, cudaEventRecord(event, stream_));
    ASSERT_EQ(cudaSuccess, end());
    EXPECT_EQ(cudaErrorCapturedEvent, cudaStreamWaitEvent(other_, event, 0));
    EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(other_));
    EXPECT_EQ(cudaSuccess, cudaEventDestroy(event));
}

TEST_F(Graphs, AnEventFromOutsideIsRefused) {
    cudaEvent_t event = nullptr;
    ASSERT_EQ(cudaSuccess, cudaEventCreate(&event));
    ASSERT_EQ(cudaSuccess, cudaEventRecord(event, other_));
    begin();
    EXPECT_EQ(cudaErrorStreamCaptureIsolation, cudaStreamWaitEvent(stream_, event, 0));
    EXPECT_EQ(cudaSuccess, end());
    EXPECT_EQ(cudaSuccess, cudaEventDestroy(event));
}

TEST_F(Graphs, TheNullStreamCannotBeCaptured) {
    EXPECT_EQ(cudaErrorStreamCaptureUnsupported,
              cudaStreamBeginCapture(nullptr, cudaStreamCaptureModeGlobal));
}

}  // namespace
}  // namespace qr::emulation
