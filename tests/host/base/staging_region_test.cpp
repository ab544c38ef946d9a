#include "host/base/staging_region.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace qr {
namespace {

constexpr std::size_t kLeaf = StagingRegion::kBlockBytesMin;

class Region : public testing::Test {
  protected:
    // The pages behind std::vector's bytes are of no importance here.
    explicit Region(std::size_t bytes = 16 * kLeaf) : memory_(bytes), region_(memory_, nullptr) {}

    std::size_t offset_of(std::span<std::byte> block) const {
        return static_cast<std::size_t>(block.data() - memory_.data());
    }

    std::vector<std::byte> memory_;
    StagingRegion region_;
};

TEST_F(Region, LendsTheSmallestPowerOfTwoThatHoldsWhatIsAskedFor) {
    EXPECT_EQ(kLeaf, region_.take(0).size());
    EXPECT_EQ(kLeaf, region_.take(kLeaf).size());
    EXPECT_EQ(2 * kLeaf, region_.take(kLeaf + 1).size());
    EXPECT_EQ(8 * kLeaf, region_.take(5 * kLeaf).size());
}

TEST_F(Region, LendsTheWholeAndThenNothing) {
    const auto whole = region_.take(16 * kLeaf);
    EXPECT_EQ(16 * kLeaf, whole.size());
    EXPECT_TRUE(region_.take(1).empty());
    region_.give_back(whole);
    EXPECT_EQ(16 * kLeaf, region_.take(9 * kLeaf).size());
}

TEST_F(Region, JoinsWhatIsGivenBackInAnyOrder) {
    std::vector<std::span<std::byte>> blocks;
    for (int i = 0; i < 16; ++i)
        blocks.push_back(region_.take(kLeaf));
    EXPECT_TRUE(region_.take(kLeaf).empty());
    for (const std::size_t i : {3U, 0U, 15U, 8U, 9U, 1U, 2U, 14U, 7U, 4U, 5U, 6U, 13U, 12U, 11U})
        region_.give_back(blocks[i]);
    EXPECT_EQ(8 * kLeaf, region_.take(8 * kLeaf).size());
    EXPECT_TRUE(region_.take(8 * kLeaf).empty());  // block 10 is still out
    region_.give_back(blocks[10]);
    EXPECT_EQ(8 * kLeaf, region_.take(8 * kLeaf).size());
}

TEST_F(Region, CountsWhatIsOutAndWhatItHadNoBlockFor) {
    const auto block = region_.take(3 * kLeaf);
    EXPECT_TRUE(region_.take(16 * kLeaf).empty());
    EXPECT_TRUE(region_.take(SIZE_MAX).empty());
    const StagingFigures figures = region_.figures();
    EXPECT_EQ(16 * kLeaf, figures.bytes);
    EXPECT_EQ(4 * kLeaf, figures.lent_bytes);
    EXPECT_EQ(2U, figures.misses);
    region_.give_back(block);
    EXPECT_EQ(0U, region_.figures().lent_bytes);
}

TEST(StagingRegion, OfAnySizeIsLentButForItsLastPartOfABlock) {
    std::vector<std::byte> memory(7 * kLeaf + 100);
    StagingRegion region(memory, nullptr);
    EXPECT_EQ(7 * kLeaf, region.figures().bytes);
    EXPECT_EQ(4 * kLeaf, region.take(4 * kLeaf).size());
    EXPECT_EQ(2 * kLeaf, region.take(2 * kLeaf).size());
    EXPECT_EQ(kLeaf, region.take(kLeaf).size());
    EXPECT_TRUE(region.take(1).empty());
}

TEST(StagingRegion, SmallerThanABlockLendsNothing) {
    std::vector<std::byte> memory(kLeaf - 1);
    StagingRegion region(memory, nullptr);
    EXPECT_TRUE(region.take(1).empty());
    StagingRegion none({}, nullptr);
    EXPECT_TRUE(none.take(0).empty());
}

// Against a model: what is out, by its offset.
class AnyOrder : public Region, public testing::WithParamInterface<std::size_t> {
  protected:
    AnyOrder() : Region(GetParam() * kLeaf) {}
    void TearDown() override {
        if (HasFailure()) std::printf("seed: %u\n", seed_);
    }

    void take(std::size_t bytes) {
        const auto block = region_.take(bytes);
        if (block.empty()) return;
        ASSERT_GE(block.size(), bytes);
        const std::size_t begin = offset_of(block);
        ASSERT_LE(begin + block.size(), memory_.size());
        ASSERT_EQ(0U, begin % block.size());
        const auto after = out_.lower_bound(begin);
        ASSERT_TRUE(after == out_.end() || begin + block.size() <= after->first);
        ASSERT_TRUE(after == out_.begin() ||
                    std::prev(after)->first + std::prev(after)->second.size() <= begin);
        out_.emplace(begin, block);
    }
    void give_back_one() {
        const auto one =
            std::next(out_.begin(), static_cast<std::ptrdiff_t>(random_() % out_.size()));
        region_.give_back(one->second);
        out_.erase(one);
    }
    std::size_t bytes_out() const {
        std::size_t bytes = 0;
        for (const auto& [begin, block] : out_)
            bytes += block.size();
        return bytes;
    }

    const unsigned seed_ = std::random_device{}();
    std::mt19937 random_{seed_};
    std::map<std::size_t, std::span<std::byte>> out_;
};

INSTANTIATE_TEST_SUITE_P(StagingRegion, AnyOrder, testing::Values(1, 2, 7, 16, 31, 100));

TEST_P(AnyOrder, NoTwoBlocksOverlapAndAllGivenBackIsWholeAgain) {
    for (int step = 0; step < 5'000; ++step) {
        if (!out_.empty() && random_() % 2 == 0) {
            give_back_one();
        } else {
            take(random_() % (GetParam() * kLeaf));
        }
        if (HasFatalFailure()) return;
        ASSERT_EQ(bytes_out(), region_.figures().lent_bytes);
    }
    while (!out_.empty())
        give_back_one();
    // As at first: the binary digits of the size, largest first.
    for (std::size_t size = 128; size > 0; size /= 2) {
        if ((GetParam() & size) == 0) continue;
        EXPECT_EQ(size * kLeaf, region_.take(size * kLeaf).size());
    }
    EXPECT_EQ(GetParam() * kLeaf, region_.figures().lent_bytes);
}

TEST_F(Region, ServesManyThreads) {
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([this, t] {
            for (std::size_t i = 0; i < 500; ++i) {
                const auto block = region_.take((i % 5) * kLeaf);
                if (block.empty()) continue;
                std::memset(block.data(), static_cast<int>(t), 16);
                EXPECT_EQ(std::byte{static_cast<unsigned char>(t)}, block[15]);
                region_.give_back(block);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(16 * kLeaf, region_.take(16 * kLeaf).size());
}

}  // namespace
}  // namespace qr
