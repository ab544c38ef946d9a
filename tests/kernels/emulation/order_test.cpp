// Mistakes that show in results, and only in some orders of the threads: why tests run in several.
#include <cmath>
#include <thread>

#include "tests/kernels/emulation/device_fixture.h"
#include "tests/kernels/emulation/samples/mistakes.h"
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::emulation {
namespace {

using Floats = std::vector<float>;

class Orders : public DeviceTest {
  protected:
    Floats result_of(samples::Broken launch, unsigned order, int n, float start = 0) {
        Settings settings;
        settings.order = order;
        reset(settings);
        Floats values(128);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = start + static_cast<float>(i);
        const DeviceArray<float> in(values), out(Floats(128));
        EXPECT_EQ(cudaSuccess, launch(in.data(), out.data(), n, stream_));
        EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
        return out.values();
    }
};

TEST_F(Orders, ATileThatIsOverwrittenTooEarlyIsWrongInAscendingOrder) {
    // Thread 63 passes the barrier first, reads and writes on; the last to pass finds its tile new.
    EXPECT_NE(63.0F, result_of(samples::barrier_missing_after_reading, 0, 128)[0]);
}

TEST_F(Orders, AValueThatIsReadBeforeItIsProducedIsWrongInDescendingOrderAlone) {
    // Static shared memory keeps what the last block left: another input tells old from new.
    EXPECT_EQ(100.0F, result_of(samples::barrier_missing_after_one_producer, 0, 64, 100.0F)[63]);
    EXPECT_NE(200.0F, result_of(samples::barrier_missing_after_one_producer, 1, 64, 200.0F)[63]);
}

TEST_F(Orders, AMissingWarpBarrierIsWrongInEveryOrder) {
    for (const unsigned order : {0U, 1U, 2U}) {
        const float start = 1000.0F * static_cast<float>(order + 1);
        const Floats found = result_of(samples::warp_barrier_missing, order, 64, start);
        EXPECT_FALSE(found[0] == start + 31 && found[31] == start) << "order " << order;
    }
}

TEST_F(Orders, SharedMemoryThatNobodyWroteIsNoNumber) {
    const Floats found = result_of(samples::shared_never_written, 0, 64);
    EXPECT_EQ(31.0F, found[31]);
    EXPECT_TRUE(std::isnan(found[32]));
}

TEST_F(Orders, ACounterThatIsNotAtomicIsRightInEveryOrderHere) {
    // No preemption between two accesses: only the race build finds this one.
    for (const unsigned order : {0U, 1U, 2U}) {
        reset({.order = order});
        const DeviceArray<float> in(Floats(64, 1.0F)), out({0.0F});
        EXPECT_EQ(cudaSuccess, samples::counter_not_atomic(in.data(), out.data(), 64, stream_));
        EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
        EXPECT_EQ(64.0F, out.values()[0]) << "order " << order;
    }
}

TEST_F(Orders, AnAccessFarPastTheEndTraps) {
    const DeviceArray<float> in(Floats(64)), out(Floats(64));
    EXPECT_DEATH(samples::guard_missing(in.data(), out.data(), 64, stream_), "");
}

TEST_F(Orders, AFrameLargerThanTheStackTraps) {
    const DeviceArray<float> in(Floats(64)), out(Floats(64));
    EXPECT_DEATH(samples::large_frame(in.data(), out.data(), 64, stream_), "");
}

TEST_F(Orders, DeviceMemoryThatTheHostTouchesTraps) {
    Settings settings;
    settings.protects_memory = true;
    reset(settings);
    const DeviceArray<float> rows({3, 4});
    EXPECT_DEATH(std::fprintf(stderr, "%f", static_cast<double>(rows.data()[0])), "");
    EXPECT_EQ(cudaSuccess, samples::normalise_rows(rows.data(), rows.data(), 1, 2, stream_));
    EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
    EXPECT_FLOAT_EQ(0.6F, rows.values()[0]);
}

TEST_F(Orders, WorkersShareTheBlocksOfALaunch) {
    Settings settings;
    settings.workers = 2;
    reset(settings);
    const DeviceArray<float> rows(Floats(1000, 2.0F));
    EXPECT_EQ(cudaSuccess, samples::normalise_rows(rows.data(), rows.data(), 1000, 1, stream_));
    EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
    EXPECT_EQ(Floats(1000, 1.0F), rows.values());
}

TEST_F(Orders, SeveralThreadsOfTheHostLaunchAtOnce) {
    const auto launch_many = [] {
        cudaStream_t stream = nullptr;
        EXPECT_EQ(cudaSuccess, cudaStreamCreate(&stream));
        const DeviceArray<float> scores({0.1F, 0.9F, 0.9F, 0.5F}), best(Floats(2));
        const DeviceArray<int> indices(std::vector<int>(2));
        for (int i = 0; i < 20; ++i) {
            EXPECT_EQ(
                cudaSuccess,
                samples::top_k({scores.data(), 1, 4, 2, best.data(), indices.data()}, stream));
        }
        EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream));
        EXPECT_THAT(indices.values(), testing::ElementsAre(1, 2));
        EXPECT_EQ(cudaSuccess, cudaStreamDestroy(stream));
    };
    std::thread one(launch_many), two(launch_many);
    launch_many();
    one.join();
    two.join();
}

}  // namespace
}  // namespace qr::emulation
