#include "host/collection/collection_memory.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(CollectionMemory, IsRefusedBeyondItsLimitAndGivenBack) {
    const auto memory = std::make_shared<CollectionMemory>(100);
    MemoryShare one(memory);
    EXPECT_TRUE(one.claim(60).ok());
    {
        MemoryShare other(memory);
        EXPECT_TRUE(other.claim(40).ok());
        const Result<void> refused = other.claim(1);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, Code::out_of_memory);
        EXPECT_EQ(refused.error().message,
                  "memory of collections: found 101 bytes with this, allowed: 100");
        other.settle(10);
        EXPECT_EQ(memory->bytes(), 70U);
    }
    EXPECT_EQ(memory->bytes(), 60U);
}

TEST(CollectionMemory, WithoutALimitRefusesNothing) {
    const auto memory = std::make_shared<CollectionMemory>(0);
    MemoryShare share(memory);
    EXPECT_TRUE(share.claim(std::size_t{1} << 60).ok());
}

TEST(CollectionMemory, TakesWhatIsTakenAlready) {
    const auto memory = std::make_shared<CollectionMemory>(100);
    MemoryShare share(memory);
    share.settle(500);
    EXPECT_FALSE(share.claim(1).ok());
    share.settle(5);
    EXPECT_TRUE(share.claim(1).ok());
}

}  // namespace
}  // namespace qr
