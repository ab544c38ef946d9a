#include "host/backend/backends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/base/cpu_features.h"

namespace qr {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct ForcedSet {
    const char* name;
    InstructionSet set;
};

TEST(Backends, AreListedInOrderOfPreference) {
    std::vector<std::string_view> names;
    for (const BackendEntry& entry : backends())
        names.push_back(entry.name);
    EXPECT_THAT(names,
                ElementsAre("cuda", "cpu", "cpu-avx512", "cpu-avx2", "cpu-scalar", "reference"));
}

TEST(Backends, RefuseAnUnknownNameAndListTheKnownOnes) {
    const auto made = make_backend("tpu", {});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::invalid, made.error().code);
    EXPECT_EQ("tpu", made.error().found);
    EXPECT_EQ("auto, cuda, cpu, cpu-avx512, cpu-avx2, cpu-scalar, reference", made.error().allowed);
    EXPECT_THAT(made.error().message, HasSubstr("'tpu'"));
    EXPECT_THAT(made.error().message, HasSubstr("cpu-scalar"));
}

TEST(Backends, AutoTakesTheFirstThatCanBeMade) {
    const BackendOptions options{.threads = 1, .cuda = {.path = "/no/such/module.so"}};
    const auto made = make_backend("auto", options);
    ASSERT_TRUE(made.ok());
    EXPECT_EQ("cpu", (*made)->name());
}

TEST(Backends, CudaIsRefusedWhereItsModuleIsNotInstalled) {
    const auto made = make_backend("cuda", {.cuda = {.path = "/no/such/module.so"}});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::unavailable, made.error().code);
    EXPECT_THAT(made.error().message, HasSubstr("quantumrerank-cuda"));
}

TEST(Backends, CpuTakesTheBestInstructionSet) {
    const auto made = make_backend("cpu", {.threads = 1});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(to_string(best_instruction_set()), (*made)->capabilities().instruction_set);
}

// The instruction set is a field of the kernel table that scores, not a word of the registry.
TEST(Backends, AForcedInstructionSetIsTheOneThatRuns) {
    for (const ForcedSet& forced : {ForcedSet{"cpu-avx512", InstructionSet::avx512},
                                    ForcedSet{"cpu-avx2", InstructionSet::avx2},
                                    ForcedSet{"cpu-scalar", InstructionSet::scalar}}) {
        const auto made = make_backend(forced.name, {.threads = 1});
        if (!is_supported(forced.set)) {
            ASSERT_FALSE(made.ok());
            EXPECT_EQ(Code::unavailable, made.error().code);
            EXPECT_THAT(made.error().message, HasSubstr(forced.name));
            continue;
        }
        ASSERT_TRUE(made.ok()) << made.error().message;
        EXPECT_EQ(forced.name, (*made)->name());
        EXPECT_EQ(to_string(forced.set), (*made)->capabilities().instruction_set);
    }
}

TEST(Backends, TheReferenceIsForcedByItsName) {
    const auto made = make_backend("reference", {});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ("reference", (*made)->name());
    EXPECT_EQ("double loops", (*made)->capabilities().instruction_set);
    EXPECT_EQ(1U, (*made)->capabilities().threads);
}

TEST(Backends, TakeTheThreadsTheyAreGiven) {
    const auto made = make_backend("cpu-scalar", {.threads = 3});
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(3U, (*made)->capabilities().threads);
}

TEST(Backends, RefuseMoreThreadsThanTheLimit) {
    const auto made = make_backend("cpu", {.threads = 1025});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(Code::invalid, made.error().code);
    EXPECT_EQ("1025", made.error().found);
    EXPECT_EQ("0..1024", made.error().allowed);
}

}  // namespace
}  // namespace qr
