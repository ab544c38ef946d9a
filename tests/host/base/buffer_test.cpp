#include "host/base/buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace qr {
namespace {

TEST(Buffer, IsAlignedAndWritableToTheEndOfItsPadding) {
    for (const std::size_t capacity : {0U, 1U, 63U, 4096U, 100'000U}) {
        Buffer buffer(capacity);
        EXPECT_EQ(0U, reinterpret_cast<std::uintptr_t>(buffer.data()) % Buffer::kAlignment);
        EXPECT_EQ(capacity, buffer.capacity());
        std::memset(buffer.data(), 1, capacity + Buffer::kPadding);
    }
}

TEST(Buffer, LeavesNothingBehindWhenMovedFrom) {
    Buffer first(100);
    const std::byte* data = first.data();
    Buffer second = std::move(first);
    EXPECT_EQ(data, second.data());
    EXPECT_EQ(nullptr, std::as_const(first).data());
    EXPECT_EQ(0U, first.capacity());
    second = Buffer();
    EXPECT_EQ(nullptr, second.data());
}

TEST(BufferPool, LendsPowersOfTwoThatHoldWhatWasAskedFor) {
    BufferPool pool(1 << 20);
    EXPECT_EQ(4096U, pool.take(0).capacity());
    EXPECT_EQ(4096U, pool.take(4096).capacity());
    EXPECT_EQ(8192U, pool.take(4097).capacity());
}

TEST(BufferPool, HandsTheSameMemoryOutAgain) {
    BufferPool pool(1 << 20);
    const std::byte* first = pool.take(5000).data();
    EXPECT_EQ(8192U, pool.cached_bytes());
    const Buffer again = pool.take(6000);
    EXPECT_EQ(first, again.data());
    EXPECT_EQ(0U, pool.cached_bytes());
    EXPECT_EQ(8192U, pool.lent_bytes());
}

TEST(BufferPool, CachesNoMoreThanItsBound) {
    BufferPool pool(4096);
    {
        const Buffer one = pool.take(4096);
        const Buffer two = pool.take(4096);
        EXPECT_EQ(8192U, pool.lent_bytes());
    }
    EXPECT_EQ(4096U, pool.cached_bytes());
    EXPECT_EQ(0U, pool.lent_bytes());
}

TEST(BufferPool, ABufferMayOutliveItsPool) {
    Buffer kept;
    {
        BufferPool pool(1 << 20);
        kept = pool.take(100);
    }
    kept.data()[99] = std::byte{1};
    EXPECT_EQ(kept.data()[99], std::byte{1});
}

TEST(BufferPool, ServesManyThreads) {
    BufferPool pool(1 << 20);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&pool] {
            for (std::size_t i = 0; i < 500; ++i) {
                Buffer buffer = pool.take(i * 10);
                *buffer.data() = std::byte{1};
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(0U, pool.lent_bytes());
}

// A pool with staging memory of its own.
class StagedBuffers : public testing::Test {
  protected:
    static constexpr std::size_t kBytes = std::size_t{1} << 20;

    StagedBuffers() : memory_(std::make_shared<std::vector<std::byte>>(kBytes)) {
        pool_.emplace(std::size_t{1} << 20);
    }
    void stage() { pool_->stage_in(*memory_, memory_); }
    bool is_staged(const Buffer& buffer) const {
        return buffer.data() >= memory_->data() && buffer.data() < memory_->data() + kBytes;
    }
    Buffer take(std::size_t bytes) { return pool_->take(bytes, BufferUse::vectors); }

    std::shared_ptr<std::vector<std::byte>> memory_;
    std::optional<BufferPool> pool_;
};

TEST_F(StagedBuffers, HoldVectorsOnceThereIsStagingMemory) {
    const Buffer before = take(100'000);
    stage();
    const Buffer after = take(100'000);
    EXPECT_FALSE(is_staged(before));
    EXPECT_TRUE(is_staged(after));
    EXPECT_LE(100'000U, after.capacity());
    EXPECT_EQ(131'072U, pool_->staging().lent_bytes);
    EXPECT_EQ(131'072U + 131'072U, pool_->lent_bytes());
}

TEST_F(StagedBuffers, HoldNoTextAndNothingSmall) {
    stage();
    EXPECT_FALSE(is_staged(pool_->take(100'000)));
    EXPECT_FALSE(is_staged(take(BufferPool::kStagedBytesMin - 1)));
    EXPECT_TRUE(is_staged(take(BufferPool::kStagedBytesMin)));
    EXPECT_EQ(0U, pool_->staging().misses);
}

TEST_F(StagedBuffers, LieInOrdinaryMemoryWhereTheRegionIsFull) {
    stage();
    const Buffer most = take(800'000);
    EXPECT_TRUE(is_staged(most));
    const Buffer second = take(100'000);
    EXPECT_FALSE(is_staged(second));
    EXPECT_EQ(131'072U, second.capacity());
    EXPECT_FALSE(is_staged(take(std::size_t{8} << 20)));
    EXPECT_EQ(2U, pool_->staging().misses);
}

TEST_F(StagedBuffers, OverlapNeitherOneAnotherNorTheirPadding) {
    stage();
    Buffer one = take(65'536 - Buffer::kPadding);
    Buffer two = take(65'536 - Buffer::kPadding);
    std::memset(one.data(), 1, one.capacity() + Buffer::kPadding);
    std::memset(two.data(), 2, two.capacity() + Buffer::kPadding);
    EXPECT_EQ(std::byte{1}, one.data()[one.capacity() + Buffer::kPadding - 1]);
    EXPECT_EQ(std::byte{2}, *two.data());
    EXPECT_EQ(0, (one.data() - memory_->data()) % 64);
    EXPECT_EQ(65'536U - Buffer::kPadding, one.capacity());
}

TEST_F(StagedBuffers, DoubleIntoTheNextBlock) {
    stage();
    const Buffer small = take(50'000);
    EXPECT_EQ(2 * 65'536U - Buffer::kPadding, take(2 * small.capacity()).capacity());
}

TEST_F(StagedBuffers, GiveTheirBlockBackHoweverTheyEnd) {
    stage();
    {
        Buffer first = take(100'000);
        Buffer second = take(100'000);
        first = std::move(second);
        second = Buffer(10);
    }
    EXPECT_EQ(0U, pool_->staging().lent_bytes);
    EXPECT_EQ(0U, pool_->cached_bytes());
}

TEST_F(StagedBuffers, OutliveThePoolAndKeepTheMemoryAlive) {
    stage();
    Buffer kept = take(100'000);
    const std::weak_ptr<std::vector<std::byte>> memory = memory_;
    pool_.reset();
    memory_.reset();
    ASSERT_FALSE(memory.expired());
    kept.data()[99] = std::byte{1};
    kept = Buffer();
    EXPECT_TRUE(memory.expired());
}

TEST_F(StagedBuffers, AreTakenWhileTheMemoryIsOffered) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([this] {
            for (std::size_t i = 0; i < 500; ++i) {
                Buffer buffer = take(i * 1'000);
                *buffer.data() = std::byte{1};
            }
        });
    }
    stage();
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(0U, pool_->lent_bytes());
}

}  // namespace
}  // namespace qr
