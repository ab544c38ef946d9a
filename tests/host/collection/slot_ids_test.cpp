#include "host/collection/slot_ids.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace qr {
namespace {

TEST(SlotIds, LeadBothWays) {
    SlotIds ids;
    ids.assign(3, "a");
    ids.assign(4, std::string(256, 'b'));
    EXPECT_EQ(ids.find("a"), 3U);
    EXPECT_EQ(ids.find(std::string(256, 'b')), 4U);
    EXPECT_EQ(ids.find("c"), std::nullopt);
    EXPECT_EQ(ids.at(3), "a");
    EXPECT_EQ(ids.at(0), "");
}

TEST(SlotIds, KeepWhatASlotHeldUntilAnotherRowTakesIt) {
    SlotIds ids;
    ids.assign(0, "a");
    ids.retire(0);
    EXPECT_EQ(ids.find("a"), std::nullopt);
    EXPECT_EQ(ids.at(0), "a");
    ids.assign(0, "b");
    EXPECT_EQ(ids.at(0), "b");
}

TEST(SlotIds, LeaveAnIdAloneThatHasMovedOn) {
    SlotIds ids;
    ids.assign(0, "a");
    ids.assign(1, "a");
    ids.retire(0);
    EXPECT_EQ(ids.find("a"), 1U);
    EXPECT_EQ(ids.size(), 1U);
    EXPECT_EQ(ids.at(0), "a");
}

TEST(SlotIds, AgreeWithAMapOverRandomSteps) {
    std::mt19937 random(5);
    SlotIds ids;
    std::map<std::string, Slot> model;
    std::map<Slot, std::string> last;
    Slot next = 0;
    for (int i = 0; i < 50'000; ++i) {
        const std::string id = "document-" + std::to_string(random() % 3000);
        if (random() % 3 == 0) {
            if (const auto known = model.find(id); known != model.end()) {
                ids.retire(known->second);
                model.erase(known);
            }
        } else {
            ids.assign(next, id);
            model[id] = next;
            last[next++] = id;
        }
        if (i % 10'000 == 9'999) ids.adopt(ids.compacted(next));
    }
    EXPECT_EQ(ids.size(), model.size());
    for (int i = 0; i < 3000; ++i) {
        const std::string id = "document-" + std::to_string(i);
        const auto known = model.find(id);
        ASSERT_EQ(ids.find(id), known == model.end() ? std::nullopt : std::optional(known->second));
    }
    for (const auto& [slot, id] : last)
        ASSERT_EQ(ids.at(slot), id);
}

TEST(SlotIds, AreCopiedWithoutWhatNobodyNames) {
    SlotIds ids;
    for (int i = 0; i < 100'000; ++i) {
        ids.assign(0, "document number " + std::to_string(i));
        ids.retire(0);
    }
    EXPECT_TRUE(ids.is_wasteful());
    ids.adopt(ids.compacted(1));
    EXPECT_FALSE(ids.is_wasteful());
    EXPECT_EQ(ids.at(0), "document number 99999");
    EXPECT_LT(ids.bytes(), std::size_t{1} << 20);
}

// docs/COLLECTIONS.md says what a document takes beside its vector.
TEST(SlotIds, TakeTwentyOneBytesADocumentBesideItsId) {
    SlotIds ids;
    constexpr std::size_t kCount = 1'000'000;
    for (std::size_t i = 0; i < kCount; ++i)
        ids.assign(static_cast<Slot>(i), std::to_string(1'000'000'000 + i));
    const double bytes = static_cast<double>(ids.bytes()) / kCount;
    RecordProperty("bytes", std::to_string(bytes));
    EXPECT_LT(bytes, 10 + 1 + 8 + 8 / 0.53);  // id, its size, its place, an entry 53 to 80 % full
    EXPECT_GT(bytes, 10 + 1 + 8 + 8);
}

}  // namespace
}  // namespace qr
