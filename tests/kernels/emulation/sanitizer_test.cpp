// Mistakes that AddressSanitizer and UndefinedBehaviorSanitizer name by the line of the kernel.
#include "tests/kernels/emulation/device_fixture.h"
#include "tests/kernels/emulation/samples/mistakes.h"
#include "tests/kernels/emulation/samples/samples.h"

namespace qr::emulation {
namespace {

class SanitizerDeathTest : public DeviceTest {
  protected:
    void expect_death(samples::Broken launch, int n, const std::string& what,
                      const std::string& mistake) {
        const DeviceArray<float> in(std::vector<float>(64, 1.0F)), out(std::vector<float>(64));
        EXPECT_DEATH(launch(in.data(), out.data(), n, stream_),
                     testing::AllOf(testing::HasSubstr(what),
                                    testing::HasSubstr(place_of_mistake(mistake))));
    }
};

TEST_F(SanitizerDeathTest, NamesAnAccessPastTheEndOfAnAllocation) {
    expect_death(samples::guard_missing, 64, "heap-buffer-overflow", "no guard");
}

TEST_F(SanitizerDeathTest, NamesDynamicSharedMemoryThatIsTooSmall) {
    expect_death(samples::dynamic_shared_too_small, 64, "heap-buffer-overflow",
                 "past the dynamic shared memory");
}

TEST_F(SanitizerDeathTest, NamesAnIndexPastStaticSharedMemory) {
    expect_death(samples::static_shared_overrun, 64, "index 64 out of bounds",
                 "past the static shared memory");
}

TEST_F(SanitizerDeathTest, NamesAMisalignedVectorLoad) {
    expect_death(samples::vector_load_misaligned, 64, "misaligned address", "misaligned");
}

TEST_F(SanitizerDeathTest, NamesMemoryThatWasFreed) {
    float* freed = nullptr;
    ASSERT_EQ(cudaSuccess, cudaMalloc(&freed, 64));
    ASSERT_EQ(cudaSuccess, cudaFree(freed));
    EXPECT_DEATH(samples::normalise_rows(freed, freed, 1, 16, stream_),
                 testing::AllOf(testing::HasSubstr("heap-use-after-free"),
                                testing::HasSubstr("row_normalise.cu")));
}

TEST_F(SanitizerDeathTest, NamesAFrameLargerThanTheStack) {
    expect_death(samples::large_frame, 64, "stack-overflow", "frame");
}

}  // namespace
}  // namespace qr::emulation
