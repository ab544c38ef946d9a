#include "host/text/remote/vector_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace qr {
namespace {

constexpr std::size_t kBytes = VectorCache::kEntryBytes + 2 * sizeof(float);

SharedVector vector_of(float mark) {
    return std::make_shared<const TextVector>(
        TextVector{.values = std::vector<float>(2, mark), .tokens = 1});
}

TEST(VectorCache, GivesBackWhatWasPut) {
    VectorCache cache(2 * kBytes);
    cache.put("a", vector_of(1));
    EXPECT_EQ(cache.find("a")->values, (std::vector<float>{1, 1}));
    EXPECT_EQ(cache.find("b"), nullptr);
    const CacheFigures figures = cache.figures();
    EXPECT_EQ(figures.hits, 1);
    EXPECT_EQ(figures.misses, 1);
    EXPECT_EQ(figures.entries, 1);
    EXPECT_EQ(figures.bytes, kBytes);
}

TEST(VectorCache, ForgetsTheLeastRecentlyUsedBeyondItsBytes) {
    VectorCache cache(2 * kBytes);
    cache.put("a", vector_of(1));
    cache.put("b", vector_of(2));
    EXPECT_NE(cache.find("a"), nullptr);
    cache.put("c", vector_of(3));
    EXPECT_EQ(cache.find("b"), nullptr);
    EXPECT_NE(cache.find("a"), nullptr);
    EXPECT_NE(cache.find("c"), nullptr);
    EXPECT_EQ(cache.figures().evictions, 1);
    EXPECT_EQ(cache.figures().bytes, 2 * kBytes);
}

TEST(VectorCache, ReplacesWhatIsThere) {
    VectorCache cache(kBytes);
    cache.put("a", vector_of(1));
    cache.put("a", vector_of(2));
    EXPECT_EQ(cache.find("a")->values.front(), 2);
    EXPECT_EQ(cache.figures().entries, 1);
    EXPECT_EQ(cache.figures().evictions, 0);
}

TEST(VectorCache, OfTooFewBytesKeepsNothing) {
    VectorCache cache(kBytes - 1);
    cache.put("a", vector_of(1));
    EXPECT_EQ(cache.find("a"), nullptr);
    EXPECT_EQ(cache.figures().bytes, 0);
}

TEST(VectorCache, LendsVectorsThatOutliveTheirEntry) {
    VectorCache cache(kBytes);
    cache.put("a", vector_of(1));
    const SharedVector lent = cache.find("a");
    cache.put("b", vector_of(2));
    EXPECT_EQ(lent->values.front(), 1);
}

TEST(VectorCache, TellsPrefixAndTextApart) {
    EXPECT_EQ(VectorCache::key_of("query: ", "a"), VectorCache::key_of("query: ", "a"));
    EXPECT_NE(VectorCache::key_of("a", "bc"), VectorCache::key_of("ab", "c"));
    EXPECT_EQ(VectorCache::key_of("", "a").size(), 64);
}

}  // namespace
}  // namespace qr
