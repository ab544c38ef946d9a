#include "server/http/inflate.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/gzip.h"

namespace qr::http {
namespace {

using qr::test::gzip;

Limits limits_of(std::size_t body_bytes_max, std::size_t ratio_max = 1000) {
    Limits limits;
    limits.body_bytes_max = body_bytes_max;
    limits.expansion_ratio_max = ratio_max;
    return limits;
}

class Inflate : public testing::Test {
  protected:
    std::string inflate(std::string_view packed, const Limits& limits, std::size_t offset = 0) {
        const Result<Inflated> result = inflate_gzip(packed, offset, buffers, limits);
        if (!result.ok()) return std::string(to_string(result.error().code));
        return {reinterpret_cast<const char*>(result->storage.data()) + offset, result->size};
    }

    BufferPool buffers{0};
};

std::string numbers(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += std::to_string(i) + ",";
    return text;
}

TEST_F(Inflate, UndoesGzip) {
    EXPECT_EQ(inflate(gzip("hello"), limits_of(100)), "hello");
    EXPECT_EQ(inflate(gzip(""), limits_of(100)), "");
}

TEST_F(Inflate, GrowsPastItsFirstBuffer) {
    const std::string text = numbers(100'000);
    EXPECT_EQ(inflate(gzip(text), limits_of(1'000'000)), text);
    EXPECT_EQ(inflate(gzip(text), limits_of(1'000'000), 24), text);
}

TEST_F(Inflate, JoinsMembers) {
    EXPECT_EQ(inflate(gzip("one ") + gzip("") + gzip("two"), limits_of(100)), "one two");
}

TEST_F(Inflate, TakesExactlyTheLimitAndNotAByteMore) {
    EXPECT_EQ(inflate(gzip(std::string(100, 'x')), limits_of(100)), std::string(100, 'x'));
    EXPECT_EQ(inflate(gzip(std::string(101, 'x')), limits_of(100)), "too_large");
    const std::string text = numbers(100'000);
    EXPECT_EQ(inflate(gzip(text), limits_of(text.size())), text);
    EXPECT_EQ(inflate(gzip(text), limits_of(text.size() - 1)), "too_large");
}

TEST_F(Inflate, RefusesABombByItsRatio) {
    const std::string bomb = gzip(std::string(10'000'000, '\0'));
    EXPECT_EQ(inflate(bomb, limits_of(100'000'000, 100)), "too_large");
    EXPECT_EQ(inflate(bomb, limits_of(100'000'000, 2000)).size(), 10'000'000);
}

TEST_F(Inflate, LetsASmallBodyExpandByAnyRatio) {
    EXPECT_EQ(inflate(gzip(std::string(60'000, 'x')), limits_of(1'000'000, 2)).size(), 60'000);
}

TEST_F(Inflate, RefusesWhatIsCutShort) {
    const std::string packed = gzip("hello, hello, hello");
    for (std::size_t size = 0; size < packed.size(); ++size) {
        EXPECT_EQ(inflate(packed.substr(0, size), limits_of(100)), "malformed") << size;
    }
}

TEST_F(Inflate, RefusesGarbage) {
    EXPECT_EQ(inflate("hello", limits_of(100)), "malformed");
    EXPECT_EQ(inflate(gzip("hello") + "x", limits_of(100)), "malformed");
    std::string damaged = gzip("hello, hello");
    damaged[damaged.size() - 5] ^= 1;  // the checksum
    EXPECT_EQ(inflate(damaged, limits_of(100)), "malformed");
}

}  // namespace
}  // namespace qr::http
