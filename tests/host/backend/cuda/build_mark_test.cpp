#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/backend/cuda/module.h"
#include "host/base/version.h"

namespace qr::cuda {
namespace {

using testing::HasSubstr;

TEST(BuildMark, NamesVersionCommitCompilerAndLayout) {
    const std::string mark = build_mark();
    EXPECT_THAT(mark, testing::StartsWith(std::string(version()) + ", commit "));
    EXPECT_THAT(mark, HasSubstr(std::string(commit())));
    EXPECT_THAT(mark, HasSubstr(std::string(compiler())));
    EXPECT_THAT(mark, HasSubstr(", layout "));
}

TEST(BuildMark, IsTheSameAtEveryCall) {
    EXPECT_EQ(build_mark(), build_mark());
}

}  // namespace
}  // namespace qr::cuda
