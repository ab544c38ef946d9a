#include "host/cuda/collection/search_graphs.h"

#include "host/cuda/status.h"
#include "tests/host/cuda/cuda_fixture.h"

namespace qr::cuda {
namespace {

class SearchGraphsTest : public CudaTest {
  protected:
    // A search of one number more or less.
    Result<void> run(SearchGraphs& graphs, std::size_t queries) {
        return graphs.run({.queries = queries, .tiles = {}}, stream_.get(), [&] {
            ++calls_;
            return checked(
                "cudaMemsetAsync",
                cudaMemsetAsync(memory_.data(), static_cast<int>(queries), 1, stream_.get()));
        });
    }
    int written() {
        unsigned char value = 0;
        EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_.get()));
        EXPECT_EQ(cudaSuccess, cudaMemcpy(&value, memory_.data(), 1, cudaMemcpyDeviceToHost));
        return value;
    }

    const DeviceMemory memory_ = *make_device_memory(1);
    const Stream stream_ = *make_stream();
    int calls_ = 0;
};

TEST_F(SearchGraphsTest, EnqueueAFormFirstThenCaptureItThenReplayIt) {
    SearchGraphs graphs(4);
    for (int round = 0; round < 5; ++round) {
        ASSERT_TRUE(run(graphs, 3).ok());
        EXPECT_EQ(3, written());
        ASSERT_TRUE(run(graphs, 200).ok());
        EXPECT_EQ(200, written());
    }
    EXPECT_EQ(4, calls_);  // of either form one to enqueue, one to capture
    const GraphCounts counts = graphs.counts();
    EXPECT_EQ(2U, counts.captured);
    EXPECT_EQ(8U, counts.launched);
    EXPECT_EQ(2U, counts.enqueued);
    EXPECT_EQ(0U, counts.refused);
}

TEST_F(SearchGraphsTest, ForgetTheFormThatWasNotMetForLongest) {
    SearchGraphs graphs(2);
    for (const std::size_t form : {1U, 1U, 2U, 1U, 3U, 1U, 2U})
        ASSERT_TRUE(run(graphs, form).ok());
    EXPECT_EQ(1U, graphs.counts().captured);  // of form 1; 2 gave way to 3
    EXPECT_EQ(3U, graphs.counts().launched);
    EXPECT_EQ(4U, graphs.counts().enqueued);
}

TEST_F(SearchGraphsTest, TellFormsApartByEveryTile) {
    GraphForm form{.tiles = {{.rows = 64}}};
    GraphForm other = form;
    EXPECT_EQ(form, other);
    other.tiles[0].begin = memory_.data();
    EXPECT_NE(form, other);
    other.tiles = {{.rows = 64}, {.rows = 64}};
    EXPECT_NE(form, other);
}

TEST_F(SearchGraphsTest, EnqueueWhatCannotBeCaptured) {
    SearchGraphs graphs(4);
    ASSERT_TRUE(run(graphs, 3).ok());
    emulation::fail_next("cudaGraphInstantiate", cudaErrorMemoryAllocation);
    for (int round = 0; round < 3; ++round) {
        ASSERT_TRUE(run(graphs, 3).ok());
        EXPECT_EQ(3, written());
    }
    EXPECT_EQ(1U, graphs.counts().refused);  // asked once
    EXPECT_EQ(0U, graphs.counts().launched);
    EXPECT_EQ(4U, graphs.counts().enqueued);
}

TEST_F(SearchGraphsTest, PassErrorsOn) {
    SearchGraphs graphs(4);
    emulation::fail_next("cudaMemsetAsync", cudaErrorInvalidValue);
    EXPECT_FALSE(run(graphs, 3).ok());
    ASSERT_TRUE(run(graphs, 3).ok());
    emulation::fail_next("cudaGraphLaunch", cudaErrorInvalidValue);
    EXPECT_FALSE(run(graphs, 3).ok());
    EXPECT_TRUE(run(graphs, 3).ok());
}

}  // namespace
}  // namespace qr::cuda
