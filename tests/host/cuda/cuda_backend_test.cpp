// What the CUDA backend adds to the contract of every backend, which contracted_cuda.cpp holds it
// to: several devices, memory that is planned, staging memory, and devices that fail or are lost.
#include "host/cuda/cuda_backend.h"

#include <cstring>
#include <thread>

#include "tests/host/cuda/cuda_fixture.h"
#include "tests/support/emulation/reports.h"

namespace qr::cuda {
namespace {

using scoring::Method;
using testing::HasSubstr;
using testing::IsEmpty;

const CudaOptions kSmall = {.limits = kSmallSlots, .launching = Launching::direct};

std::unique_ptr<CudaBackend> make(const CudaOptions& options = kSmall) {
    auto made = CudaBackend::make(options);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    return made.ok() ? std::move(*made) : nullptr;
}

class CudaBackendTest : public CudaTest {
  protected:
    ScoreBatch batch() const {
        return {{test::task_of(queries_, documents_, Method::signed_fidelity),
                 test::task_of(queries_, documents_, Method::bures_angle)}};
    }
    static std::size_t free_bytes() {
        std::size_t free = 0, total = 0;
        EXPECT_EQ(cudaSuccess, cudaMemGetInfo(&free, &total));
        return free;
    }

    const Matrix queries_ = rows(3, 65), documents_ = rows(300, 65);
    const Pace ascending_{"ascending", 0, Progress::kAtOnce};
};

TEST_F(CudaBackendTest, TellsItsDevicesAndLanes) {
    use(ascending_, 2);
    const auto backend = make();
    const BackendCapabilities can = backend->capabilities();
    EXPECT_EQ("cuda", backend->name());
    EXPECT_EQ("2 x Emulated device", can.device);
    EXPECT_EQ("sm_90", can.instruction_set);
    EXPECT_EQ(4U, can.lanes);
    EXPECT_EQ(4U, can.threads);
    EXPECT_EQ(0U, can.at_once_multiply_adds_max);
    EXPECT_EQ(std::size_t{1} << 26, can.batch_multiply_adds_max);
    const std::vector<DeviceReport> devices = backend->devices();
    ASSERT_EQ(2U, devices.size());
    EXPECT_EQ(1U, devices[1].index);
    EXPECT_EQ("Emulated device", devices[1].name);
    EXPECT_THAT(devices[1].uuid, HasSubstr("GPU-"));
    EXPECT_EQ("9.0", devices[1].compute_capability);
    EXPECT_EQ("0000:02:00.0", devices[1].pci_bus_id);
    EXPECT_EQ(2U, devices[1].lanes);
    EXPECT_FALSE(devices[1].is_lost);
    ASSERT_TRUE(devices[1].figures.has_value());
    EXPECT_GT(devices[1].figures->direct_microseconds, 0);
}

TEST_F(CudaBackendTest, OneDeviceIsNamedAsItIs) {
    EXPECT_EQ("Emulated device", make()->capabilities().device);
}

TEST_F(CudaBackendTest, BatchesAreSharedOutAmongDevices) {
    use(ascending_, 2);
    const auto backend = make();
    for (int round = 0; round < 4; ++round)
        expect_same(expected(batch()), test::scores_of(*backend, batch()));
    EXPECT_EQ(2U, backend->devices()[0].batches);
    EXPECT_EQ(2U, backend->devices()[1].batches);
}

TEST_F(CudaBackendTest, SeveralThreadsOnTwoDevicesGetTheReferencesBits) {
    for (const Pace& pace : {ascending_, Pace{"on_wait", 1, Progress::kOnWait, true},
                             Pace{"in_background", 9, Progress::kInBackground, true}}) {
        SCOPED_TRACE(pace.name);
        use(pace, 2);
        const auto backend = make();
        const Scores wanted = expected(batch());
        std::vector<std::thread> threads;
        for (int i = 0; i < 6; ++i) {
            threads.emplace_back([&] {
                for (int round = 0; round < 2; ++round)
                    expect_same(wanted, test::scores_of(*backend, batch()));
            });
        }
        for (std::thread& thread : threads)
            thread.join();
    }
}

TEST_F(CudaBackendTest, ScoringAllocatesNothing) {
    const auto backend = make({.limits = kSmallSlots, .launching = Launching::graph});
    const std::size_t before = emulation::live_objects();
    for (const char* call :
         {"cudaMalloc", "cudaHostAlloc", "cudaMallocHost", "cudaStreamCreateWithFlags",
          "cudaEventCreateWithFlags", "cudaGraphInstantiate", "cudaFree", "cudaFreeHost"})
        emulation::fail_next(call, cudaErrorNotSupported);
    expect_same(expected(batch()), test::scores_of(*backend, batch()));
    EXPECT_EQ(before, emulation::live_objects());
    emulation::reset(emulation::settings());
}

TEST_F(CudaBackendTest, TakesExactlyThePlannedMemory) {
    const std::size_t before = free_bytes();
    const auto backend = make();
    EXPECT_EQ(before - free_bytes(), backend->devices()[0].planned_bytes);
    expect_same(expected(batch()), test::scores_of(*backend, batch()));
    EXPECT_EQ(before - free_bytes(), backend->devices()[0].planned_bytes);
}

TEST_F(CudaBackendTest, ADeviceWithTooLittleMemoryIsToldByName) {
    const std::uint64_t planned = make()->devices()[0].planned_bytes;
    emulation::Settings settings = emulation::settings();
    settings.memory_bytes = planned;
    emulation::reset(settings);
    make();
    settings.memory_bytes = planned - 1;
    emulation::reset(settings);
    const auto made = CudaBackend::make(kSmall);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::out_of_memory, made.error().code);
    EXPECT_THAT(made.error().message, HasSubstr("device 0 (Emulated device): cudaMalloc"));
}

TEST_F(CudaBackendTest, WhatFailsWhileItIsMadeIsToldAndNothingIsLeft) {
    const std::size_t before = emulation::live_objects();
    for (const char* call :
         {"cudaGetDeviceCount", "cudaGetDeviceProperties", "cudaSetDevice", "cudaHostAlloc",
          "cudaMalloc", "cudaStreamCreateWithFlags", "cudaEventCreateWithFlags", "cudaMemcpyAsync",
          "cudaLaunchKernelEx", "cudaStreamBeginCapture", "cudaGraphInstantiate", "cudaGraphLaunch",
          "cudaEventRecord", "cudaEventSynchronize"}) {
        emulation::fail_next(call, cudaErrorDevicesUnavailable);
        const auto made = CudaBackend::make(kSmall);
        ASSERT_FALSE(made.ok()) << call;
        EXPECT_EQ(Code::unavailable, made.error().code) << call;
        EXPECT_EQ(before, emulation::live_objects()) << call;
    }
}

TEST_F(CudaBackendTest, ADeviceThatCannotBeSetUpIsLeftOutAndTold) {
    use(ascending_, 2);
    emulation::fail_next("cudaStreamCreateWithFlags", cudaErrorDevicesUnavailable);
    const auto backend = make();
    EXPECT_EQ("Emulated device", backend->capabilities().device);
    EXPECT_EQ(2U, backend->capabilities().lanes);
    const std::vector<DeviceReport> devices = backend->devices();
    EXPECT_TRUE(devices[0].is_lost);
    EXPECT_THAT(devices[0].error, HasSubstr("cudaStreamCreateWithFlags"));
    EXPECT_EQ(0U, devices[0].planned_bytes);
    EXPECT_FALSE(devices[1].is_lost);
    expect_same(expected(batch()), test::scores_of(*backend, batch()));
}

TEST_F(CudaBackendTest, WithoutADriverItIsUnavailable) {
    use(ascending_, 0);
    const auto made = make_cuda_backend({});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::unavailable, made.error().code);
    EXPECT_EQ("no_driver", made.error().reason);
}

TEST_F(CudaBackendTest, AMistakeThatDoesNotStickIsForgotten) {
    const auto backend = make();
    emulation::fail_next("cudaLaunchKernelEx", cudaErrorInvalidConfiguration);
    const Result<Scores> failed = backend->score(batch());
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(Code::internal, failed.error().code);
    EXPECT_FALSE(backend->devices()[0].is_lost);
    expect_same(expected(batch()), test::scores_of(*backend, batch()));
}

TEST_F(CudaBackendTest, AnErrorThatSticksEndsTheDevice) {
    const auto backend = make();
    emulation::fail_next("cudaEventSynchronize", cudaErrorECCUncorrectable);
    for (int round = 0; round < 2; ++round) {
        const Result<Scores> failed = backend->score(batch());
        ASSERT_FALSE(failed.ok());
        EXPECT_EQ(Code::unavailable, failed.error().code);
        EXPECT_THAT(failed.error().message, HasSubstr("cudaErrorECCUncorrectable"));
    }
    const DeviceReport report = backend->devices()[0];
    EXPECT_TRUE(report.is_lost);
    EXPECT_THAT(report.error, HasSubstr("cudaErrorECCUncorrectable"));
    EXPECT_EQ(1U, report.batches);
}

TEST_F(CudaBackendTest, TheOtherDeviceGoesOn) {
    use(ascending_, 2);
    const auto backend = make();
    emulation::fail_next("cudaLaunchKernelEx", cudaErrorIllegalAddress);
    EXPECT_FALSE(backend->score(batch()).ok());
    for (int round = 0; round < 3; ++round)
        expect_same(expected(batch()), test::scores_of(*backend, batch()));
    EXPECT_TRUE(backend->devices()[0].is_lost);
    EXPECT_EQ(3U, backend->devices()[1].batches);
}

TEST_F(CudaBackendTest, MemoryThatTheHostDoesNotHaveIsToldAndHarmsNothing) {
    const auto backend = make();
    ScoreBatch impossible = batch();
    impossible.tasks[0].queries.rows = impossible.tasks[0].documents.rows = std::size_t{1} << 31;
    const Result<Scores> failed = backend->score(impossible);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(Code::out_of_memory, failed.error().code);
    expect_same(expected(batch()), test::scores_of(*backend, batch()));
}

TEST_F(CudaBackendTest, VectorsParsedIntoStagingMemoryGetTheSameBits) {
    CudaOptions options = kSmall;
    options.staging_bytes = 100'000;
    const auto backend = make(options);
    const StagingMemory staging = backend->staging();
    EXPECT_EQ(102'400U, staging.bytes.size());
    EXPECT_EQ(staging.bytes.data(), backend->staging().bytes.data());
    const MatrixView from = documents_.view();
    std::memcpy(staging.bytes.data() + 64, from.data, from.rows * from.dimension * sizeof(float));
    ScoreBatch staged = batch();
    for (ScoreTask& task : staged.tasks)
        task.documents.data = reinterpret_cast<const float*>(staging.bytes.data() + 64);
    expect_same(expected(batch()), test::scores_of(*backend, staged));
}

TEST_F(CudaBackendTest, StagingMemoryLivesAsLongAsAnyoneHoldsIt) {
    EXPECT_THAT(make()->staging().bytes, IsEmpty());
    CudaOptions options = kSmall;
    options.staging_bytes = 4096;
    const std::size_t before = emulation::live_objects();
    {
        const StagingMemory kept = make(options)->staging();
        std::memset(kept.bytes.data(), 7, kept.bytes.size());
        EXPECT_EQ(before + 1, emulation::live_objects());
    }
    EXPECT_EQ(before, emulation::live_objects());
}

// What the driver takes back with a lost context stays among the emulation's live objects.
TEST(LostCuda, ABackendWhoseDeviceAnswersNothingElseGoesInPeace) {
    emulation::reset();
    {
        auto made = CudaBackend::make(kSmall);
        ASSERT_TRUE(made.ok());
        emulation::report("lost on purpose", cudaErrorIllegalAddress);
        const Matrix row = test::matrix_of({{1, 2, 3}});
        const Result<Scores> failed = (*made)->score({{test::task_of(row, row, Method::dot)}});
        ASSERT_FALSE(failed.ok());
        EXPECT_EQ(Code::unavailable, failed.error().code);
    }
    emulation::reset();
}

}  // namespace
}  // namespace qr::cuda
