#include "host/backend/cuda/examine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/host/backend/cuda/variables.h"

namespace qr::cuda {
namespace {

using test::Variables;
using testing::HasSubstr;

TEST(Examine, BringsTheBackendAndFindsNothingWrong) {
    const Examination found = examine({.path = QR_STAND_IN_MODULE});
    ASSERT_TRUE(found.backend.ok());
    EXPECT_EQ(Cause::none, found.finding.cause);
    EXPECT_EQ(build_mark(), found.probe.module.build);
}

TEST(Examine, ExplainsWhyThereIsNone) {
    const Examination found = examine({.path = "/no/such/module.so"});
    ASSERT_FALSE(found.backend.ok());
    EXPECT_EQ(Cause::module_missing, found.finding.cause);
    EXPECT_THAT(found.backend.error().message, HasSubstr(found.finding.remedy));
}

TEST(Examine, HearsTheModulesOwnReason) {
    const Variables refusal{{"STAND_IN_MODULE_REFUSES", "out_of_memory"}};
    const Examination found = examine({.path = QR_STAND_IN_MODULE});
    ASSERT_FALSE(found.backend.ok());
    ASSERT_TRUE(found.probe.refusal);
    EXPECT_EQ("the stand-in refuses", found.probe.refusal->message);
    EXPECT_NE(Cause::none, found.finding.cause);
}

}  // namespace
}  // namespace qr::cuda
