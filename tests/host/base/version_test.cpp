#include "host/base/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(Version, SaysWhatWasBuiltAndHow) {
    EXPECT_THAT(std::string(version()), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
    EXPECT_THAT(std::string(commit()),
                testing::AnyOf("unknown", testing::MatchesRegex("[0-9a-f]+")));
    EXPECT_FALSE(compiler().empty());
    EXPECT_FALSE(build_type().empty());
}

}  // namespace
}  // namespace qr
