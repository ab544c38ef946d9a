#include "host/collection/id_index.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace qr {
namespace {

auto is(Slot slot) {
    return [slot](Slot found) { return found == slot; };
}

TEST(IdIndex, FindsNothingWhereNothingIs) {
    IdIndex index;
    EXPECT_EQ(index.find(42, [](Slot) { return true; }), std::nullopt);
    EXPECT_EQ(index.size(), 0U);
}

TEST(IdIndex, TellsEntriesOfOneHashApart) {
    IdIndex index;
    for (Slot slot = 0; slot < 100; ++slot)
        index.insert(7, slot);
    index.erase(7, is(50));
    EXPECT_EQ(index.find(7, is(50)), std::nullopt);
    for (Slot slot = 0; slot < 100; ++slot) {
        if (slot != 50) {
            EXPECT_EQ(index.find(7, is(slot)), slot);
        }
    }
}

// Hashes of few values: chains are long, wrap around and are cut in their middle.
TEST(IdIndex, AgreesWithAMapOverRandomSteps) {
    for (const unsigned seed : {1U, 2U, 3U}) {
        std::mt19937_64 random(seed);
        IdIndex index;
        std::unordered_map<Slot, std::uint64_t> model;
        for (int i = 0; i < 20'000; ++i) {
            const auto slot = static_cast<Slot>(random() % 2000);
            const auto known = model.find(slot);
            if (known != model.end()) {
                index.erase(known->second, is(slot));
                model.erase(known);
            } else {
                const std::uint64_t hash = (0xFFFFFFFFU - random() % 5) | random() % 3 << 58;
                index.insert(hash, slot);
                model[slot] = hash;
            }
        }
        EXPECT_EQ(index.size(), model.size());
        for (const auto& [slot, hash] : model)
            ASSERT_EQ(index.find(hash, is(slot)), slot) << seed;
    }
}

}  // namespace
}  // namespace qr
