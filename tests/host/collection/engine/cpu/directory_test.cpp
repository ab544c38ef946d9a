#include "host/collection/engine/cpu/directory.h"

#include <gtest/gtest.h>

namespace qr::cpu {
namespace {

// A place that is told apart by a number.
BlockPlace place(std::uintptr_t number) {
    return {.scan = reinterpret_cast<std::byte*>(64 * number)};
}

TEST(Directory, KeepsWhatItWasWhenItsSuccessorChanges) {
    DirectoryEdit first{Directory()};
    for (std::size_t i = 0; i < 3000; ++i)
        first.set(i, place(i + 1));
    const Directory old = std::move(first).done();
    DirectoryEdit second{old};
    second.set(7, place(70'000));
    second.set(2000, {});
    second.set(3000, place(3001));
    const Directory changed = std::move(second).done();

    EXPECT_EQ(3000U, old.blocks());
    EXPECT_EQ(place(8), old[7]);
    EXPECT_EQ(place(2001), old[2000]);
    EXPECT_EQ(3001U, changed.blocks());
    EXPECT_EQ(place(70'000), changed[7]);
    EXPECT_EQ(BlockPlace{}, changed[2000]);
    EXPECT_EQ(place(3001), changed[3000]);
    EXPECT_EQ(place(1500), changed[1499]);
}

TEST(Directory, SharesTheChunksThatDidNotChange) {
    DirectoryEdit first{Directory()};
    for (std::size_t i = 0; i < 2 * Directory::kChunkBlocks; ++i)
        first.set(i, place(1));
    const Directory old = std::move(first).done();
    DirectoryEdit second{old};
    second.set(0, place(2));
    const Directory changed = std::move(second).done();
    EXPECT_NE(&old[1], &changed[1]);
    EXPECT_EQ(&old[Directory::kChunkBlocks], &changed[Directory::kChunkBlocks]);
}

}  // namespace
}  // namespace qr::cpu
