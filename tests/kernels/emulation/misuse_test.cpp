// Mistakes that every build of the emulation reports by source line.
#include "tests/kernels/emulation/device_fixture.h"
#include "tests/kernels/emulation/samples/mistakes.h"

namespace qr::emulation {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Misuse : public DeviceTest {
  protected:
    std::vector<std::string> reports_of(samples::Broken launch, unsigned order = 0) {
        Settings settings = settings_from_environment();
        settings.order = order;
        reset(settings);
        const DeviceArray<float> in(std::vector<float>(64, 1.0F)), out(std::vector<float>(64));
        EXPECT_EQ(cudaSuccess, launch(in.data(), out.data(), 64, stream_));
        EXPECT_EQ(cudaErrorLaunchFailure, cudaStreamSynchronize(stream_));
        return take_reports();
    }
};

TEST_F(Misuse, ABarrierThatAReturnedThreadSkips) {
    for (const unsigned order : {0U, 1U, 2U}) {
        EXPECT_THAT(reports_of(samples::barrier_skipped_by_a_return, order),
                    ElementsAre(AllOf(HasSubstr(place_of_mistake("barrier after a return")),
                                      HasSubstr("thread (40,0,0)"), HasSubstr("returned"))));
    }
}

TEST_F(Misuse, TwoBarrierLinesThatMeet) {
    EXPECT_THAT(reports_of(samples::two_barriers_meet),
                ElementsAre(AllOf(HasSubstr(place_of_mistake("first barrier")),
                                  HasSubstr(place_of_mistake("second barrier")))));
}

TEST_F(Misuse, ABarrierAndAShuffleThatWaitForEachOther) {
    EXPECT_THAT(
        reports_of(samples::barrier_against_shuffle),
        ElementsAre(AllOf(HasSubstr("deadlock"), HasSubstr("32 threads wait in __shfl_xor_sync"),
                          HasSubstr(place_of_mistake("half waits in a barrier")),
                          HasSubstr(place_of_mistake("half waits in a shuffle")))));
}

TEST_F(Misuse, AShuffleThatHalfOfItsLanesPassBy) {
    EXPECT_THAT(reports_of(samples::shuffle_in_a_branch),
                ElementsAre(AllOf(HasSubstr(place_of_mistake("branch")),
                                  HasSubstr(place_of_mistake("after the branch")))));
}

TEST_F(Misuse, TwoShuffleLinesThatMeet) {
    EXPECT_THAT(reports_of(samples::two_warp_operations_meet),
                ElementsAre(AllOf(HasSubstr(place_of_mistake("first operation")),
                                  HasSubstr(place_of_mistake("second operation")))));
}

TEST_F(Misuse, AMaskThatDoesNotNameItsCaller) {
    EXPECT_THAT(reports_of(samples::mask_without_the_caller),
                ElementsAre(AllOf(HasSubstr(place_of_mistake("mask")), HasSubstr("lane 16"),
                                  HasSubstr("0xffff"))));
}

TEST_F(Misuse, MasksThatDifferOnOneLine) {
    EXPECT_THAT(reports_of(samples::masks_that_differ),
                ElementsAre(AllOf(HasSubstr(place_of_mistake("masks")), HasSubstr("0xffffffff"),
                                  HasSubstr("0xffff0000"))));
}

TEST_F(Misuse, ALoopThatNobodyEnds) {
    EXPECT_THAT(reports_of(samples::spins_for_ever), ElementsAre(HasSubstr("spins")));
}

TEST_F(Misuse, ATrap) {
    EXPECT_THAT(reports_of(samples::traps), ElementsAre(HasSubstr(place_of_mistake("trap"))));
}

TEST_F(Misuse, AnErrorSticksUntilTheDeviceIsReset) {
    void* memory = nullptr;
    {
        const DeviceArray<float> in({1});
        EXPECT_EQ(cudaSuccess, samples::traps(in.data(), nullptr, 1, stream_));
        EXPECT_EQ(cudaErrorLaunchFailure, cudaStreamSynchronize(stream_));
        EXPECT_EQ(cudaErrorLaunchFailure, cudaMalloc(&memory, 16));
        EXPECT_EQ(cudaErrorLaunchFailure, cudaGetLastError());
        EXPECT_EQ(cudaErrorLaunchFailure, cudaGetLastError());
    }
    reset();
    EXPECT_EQ(cudaSuccess, cudaGetLastError());
    EXPECT_EQ(cudaSuccess, cudaMalloc(&memory, 16));
    EXPECT_EQ(cudaSuccess, cudaFree(memory));
}

}  // namespace
}  // namespace qr::emulation
