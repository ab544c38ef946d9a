#include "host/base/buffer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
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

}  // namespace
}  // namespace qr
