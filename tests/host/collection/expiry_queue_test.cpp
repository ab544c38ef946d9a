#include "host/collection/expiry_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace qr {
namespace {

std::vector<Slot> due_slots(const ExpiryQueue::Due& due) {
    std::vector<Slot> slots;
    for (const ExpiryQueue::Entry& entry : due.entries)
        slots.push_back(entry.slot);
    std::ranges::sort(slots);
    return slots;
}

TEST(ExpiryQueue, TellsWhatIsDueAndWhenToAskAgain) {
    ExpiryQueue queue;
    EXPECT_EQ(queue.due(5).next_at, kNever);
    for (const double time : {3.0, 1.0, 2.0, 9.0, 7.0})
        queue.push({time, static_cast<Slot>(time)});
    const ExpiryQueue::Due due = queue.due(3);
    EXPECT_EQ(due_slots(due), (std::vector<Slot>{1, 2, 3}));
    EXPECT_EQ(due.next_at, 7);
    EXPECT_EQ(queue.due(0).next_at, 1);
    EXPECT_EQ(queue.size(), 5U);
}

TEST(ExpiryQueue, AgreesWithAListOverRandomTimes) {
    std::mt19937 random(3);
    ExpiryQueue queue;
    std::vector<ExpiryQueue::Entry> all;
    for (Slot slot = 0; slot < 2000; ++slot) {
        all.push_back({static_cast<double>(random() % 500), slot});
        queue.push(all.back());
    }
    while (queue.size() != 0) {
        const double now = queue.next().expires_at + 2;
        std::vector<Slot> expected;
        double next_at = kNever;
        for (const ExpiryQueue::Entry& entry : all) {
            if (entry.expires_at <= now) expected.push_back(entry.slot);
            if (entry.expires_at > now) next_at = std::min(next_at, entry.expires_at);
        }
        const ExpiryQueue::Due due = queue.due(now);
        ASSERT_EQ(due_slots(due), expected);
        ASSERT_EQ(due.next_at, next_at);
        while (queue.size() != 0 && queue.next().expires_at <= now)
            queue.pop();
        std::erase_if(all, [now](const auto& entry) { return entry.expires_at <= now; });
    }
    EXPECT_TRUE(all.empty());
}

}  // namespace
}  // namespace qr
