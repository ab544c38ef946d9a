#include "server/config/did_you_mean.h"

#include <gtest/gtest.h>

#include <vector>

namespace qr::config {
namespace {

const std::vector<std::string> kKnown = {"port", "hostname", "payload_limit", "log_level"};

TEST(DidYouMean, FindsTheNearestWord) {
    EXPECT_EQ("port", nearest_word("prt", kKnown));
    EXPECT_EQ("payload_limit", nearest_word("payload_limits", kKnown));
    EXPECT_EQ("hostname", nearest_word("hosstnme", kKnown));
    EXPECT_EQ("; did you mean 'log_level'?", did_you_mean("loglevel", kKnown));
}

TEST(DidYouMean, StaysSilentWhenNothingIsNear) {
    EXPECT_EQ("", nearest_word("colour", kKnown));
    EXPECT_EQ("", nearest_word("", kKnown));
    EXPECT_EQ("", nearest_word(std::string(10'000, 'p'), kKnown));
    EXPECT_EQ("", did_you_mean("threads", kKnown));
}

TEST(DidYouMean, AllowsFewerEditsOfAShorterWord) {
    EXPECT_EQ("port", nearest_word("prot", kKnown));
    EXPECT_EQ("", nearest_word("po", kKnown));
    EXPECT_EQ("", nearest_word("rots", kKnown));
    EXPECT_EQ("hostname", nearest_word("hostn4me", kKnown));
}

}  // namespace
}  // namespace qr::config
