#include "host/base/cpu_features.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(CpuFeatures, OfferScalarEverywhereAndTheBestOfWhatIsSupported) {
    EXPECT_TRUE(is_supported(InstructionSet::scalar));
    EXPECT_TRUE(is_supported(best_instruction_set()));
    for (const InstructionSet set : {InstructionSet::avx2, InstructionSet::avx512}) {
        EXPECT_TRUE(best_instruction_set() >= set || !is_supported(set)) << to_string(set);
    }
}

TEST(CpuFeatures, CountAWiderSetOnlyWithTheNarrowerOne) {
    EXPECT_TRUE(is_supported(InstructionSet::avx2) || !is_supported(InstructionSet::avx512));
    EXPECT_TRUE(is_supported(InstructionSet::avx512) || !has_avx512_vbmi());
}

TEST(CpuFeatures, HaveNamesAsBackendsUseThem) {
    EXPECT_EQ("scalar", to_string(InstructionSet::scalar));
    EXPECT_EQ("avx2", to_string(InstructionSet::avx2));
    EXPECT_EQ("avx512", to_string(InstructionSet::avx512));
}

}  // namespace
}  // namespace qr
