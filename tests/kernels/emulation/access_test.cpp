// Mistakes that only the race build finds, whatever the order and the result.
#include "tests/kernels/emulation/device_fixture.h"
#include "tests/kernels/emulation/samples/mistakes.h"
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::emulation {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

class Accesses : public DeviceTest, public testing::WithParamInterface<unsigned> {
  protected:
    Accesses() {
        Settings settings;
        settings.order = GetParam();
        reset(settings);
    }
    // In 128 floats, of which the kernel is told 64 times `tiles`.
    std::vector<std::string> reports_of(samples::Broken launch, int tiles = 1,
                                        cudaError_t code = cudaErrorLaunchFailure) {
        const DeviceArray<float> in(std::vector<float>(128, 1.0F)), out(std::vector<float>(128));
        EXPECT_EQ(cudaSuccess, launch(in.data(), out.data(), 64 * tiles, stream_));
        EXPECT_EQ(code, cudaStreamSynchronize(stream_));
        return take_reports();
    }
    static auto race_of(const std::string& one, const std::string& other) {
        return Contains(AllOf(HasSubstr("race in"), HasSubstr(place_of_mistake(one)),
                              HasSubstr(place_of_mistake(other))));
    }
};

TEST_P(Accesses, ABarrierMissingBehindATileNamesBothLines) {
    EXPECT_THAT(reports_of(samples::barrier_missing_after_reading, 2),
                race_of("tile written", "tile read"));
}

TEST_P(Accesses, ABarrierMissingBehindOneProducerNamesBothLines) {
    EXPECT_THAT(reports_of(samples::barrier_missing_after_one_producer),
                race_of("first written", "first read"));
}

TEST_P(Accesses, AMissingWarpBarrierNamesBothLines) {
    EXPECT_THAT(reports_of(samples::warp_barrier_missing), race_of("lane written", "lane read"));
}

TEST_P(Accesses, ACounterThatIsNotAtomic) {
    EXPECT_THAT(
        reports_of(samples::counter_not_atomic),
        Each(AllOf(HasSubstr("race in global memory"), HasSubstr(place_of_mistake("counter")))));
}

TEST_P(Accesses, TwoBlocksThatWriteOneCell) {
    EXPECT_THAT(reports_of(samples::blocks_share_a_cell),
                ElementsAre(AllOf(HasSubstr(place_of_mistake("cell of two blocks")),
                                  HasSubstr("of another block"))));
}

TEST_P(Accesses, AnAccessPastTheEndOfAnAllocation) {
    EXPECT_THAT(
        reports_of(samples::guard_missing, 1, cudaErrorIllegalAddress),
        ElementsAre(AllOf(HasSubstr(place_of_mistake("no guard")), HasSubstr("read of 4 bytes"),
                          HasSubstr("of an allocation of 512 bytes"))));
}

TEST_P(Accesses, DynamicSharedMemoryThatIsTooSmall) {
    EXPECT_THAT(
        reports_of(samples::dynamic_shared_too_small, 1, cudaErrorIllegalAddress),
        ElementsAre(AllOf(HasSubstr(place_of_mistake("past the dynamic shared memory")),
                          HasSubstr("past the end of the 252 bytes of dynamic shared memory"))));
}

TEST_P(Accesses, SharedMemoryThatNobodyWrote) {
    EXPECT_THAT(
        reports_of(samples::shared_never_written),
        ElementsAre(AllOf(HasSubstr(place_of_mistake("never written")), HasSubstr("not written"))));
}

TEST_P(Accesses, APointerOfTheHost) {
    const std::vector<float> host(64, 1.0F);
    const DeviceArray<float> out(std::vector<float>(64));
    ASSERT_EQ(cudaSuccess,
              samples::barrier_missing_after_reading(host.data(), out.data(), 64, stream_));
    EXPECT_EQ(cudaErrorIllegalAddress, cudaStreamSynchronize(stream_));
    EXPECT_THAT(take_reports(), ElementsAre(AllOf(HasSubstr(place_of_mistake("tile written")),
                                                  HasSubstr("a pointer of the host?"))));
}

TEST_P(Accesses, PinnedMemoryIsTheDevicesToo) {
    float* pinned = nullptr;
    ASSERT_EQ(cudaSuccess, cudaMallocHost(&pinned, 2 * sizeof(float)));
    pinned[0] = 3;
    pinned[1] = 4;
    ASSERT_EQ(cudaSuccess, samples::normalise_rows(pinned, pinned, 1, 2, stream_));
    EXPECT_EQ(cudaSuccess, cudaStreamSynchronize(stream_));
    EXPECT_FLOAT_EQ(0.8F, pinned[1]);
    EXPECT_EQ(cudaSuccess, cudaFreeHost(pinned));
}

TEST_P(Accesses, MemoryThatWasFreedIsNobodys) {
    float* freed = nullptr;
    ASSERT_EQ(cudaSuccess, cudaMalloc(&freed, 64));
    ASSERT_EQ(cudaSuccess, cudaFree(freed));
    ASSERT_EQ(cudaSuccess, samples::normalise_rows(freed, freed, 1, 16, stream_));
    EXPECT_EQ(cudaErrorIllegalAddress, cudaStreamSynchronize(stream_));
    EXPECT_THAT(take_reports(), ElementsAre(HasSubstr("row_normalise.cu")));
}

INSTANTIATE_TEST_SUITE_P(Orders, Accesses, testing::Values(0U, 1U, 2U));

}  // namespace
}  // namespace qr::emulation
