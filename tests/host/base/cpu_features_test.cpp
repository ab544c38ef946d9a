#include "host/base/cpu_features.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(CpuFeatures, ScalarCodeRunsEverywhere) {
    EXPECT_TRUE(is_supported(InstructionSet::scalar));
}

TEST(CpuFeatures, AWiderSetImpliesTheNarrowerOne) {
    if (is_supported(InstructionSet::avx512)) EXPECT_TRUE(is_supported(InstructionSet::avx2));
    if (has_avx512_vbmi()) EXPECT_TRUE(is_supported(InstructionSet::avx512));
}

TEST(CpuFeatures, TheBestSetIsSupportedAndNoneAboveItIs) {
    const InstructionSet best = best_instruction_set();
    EXPECT_TRUE(is_supported(best));
    for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512})
        EXPECT_EQ(set <= best, is_supported(set)) << to_string(set);
}

TEST(CpuFeatures, SetsHaveTheNamesThatBackendsCarry) {
    EXPECT_EQ("scalar", to_string(InstructionSet::scalar));
    EXPECT_EQ("avx2", to_string(InstructionSet::avx2));
    EXPECT_EQ("avx512", to_string(InstructionSet::avx512));
}

}  // namespace
}  // namespace qr
