#include "perf/result_hash.h"

#include <gtest/gtest.h>

namespace qr::perf {
namespace {

std::string hash_of(std::string_view text) {
    ResultHash hash;
    hash.add(text);
    return hash.text();
}

// Expected values: the published vectors of FNV-1a, 64 bits.
TEST(ResultHash, IsFnv1a) {
    EXPECT_EQ("cbf29ce484222325", hash_of(""));
    EXPECT_EQ("af63dc4c8601ec8c", hash_of("a"));
    EXPECT_EQ("85944171f73967e8", hash_of("foobar"));
}

TEST(ResultHash, DoesNotDependOnHowTheBytesCome) {
    ResultHash hash;
    hash.add("foo");
    hash.add("bar");
    EXPECT_EQ(hash_of("foobar"), hash.text());
}

TEST(ResultHash, ShowsLeadingZeros) {
    EXPECT_EQ(16U, hash_of("x").size());
}

}  // namespace
}  // namespace qr::perf
