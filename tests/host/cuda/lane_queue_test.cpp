#include "host/cuda/lane_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace qr::cuda {
namespace {

TEST(LaneQueue, TheDeviceWithFewestLanesTakenComesFirst) {
    LaneQueue queue({2, 2});
    EXPECT_EQ((LanePlace{0, 0}), queue.take());
    EXPECT_EQ((LanePlace{1, 0}), queue.take());
    EXPECT_EQ((LanePlace{0, 1}), queue.take());
    queue.give_back({0, 0});
    queue.give_back({0, 1});
    EXPECT_EQ((LanePlace{0, 0}), queue.take());
}

TEST(LaneQueue, AmongEqualsTheOneThatWasGivenFewerBatches) {
    LaneQueue queue({1, 1, 1});
    for (const std::size_t device : {0U, 1U, 2U, 0U, 1U}) {
        EXPECT_EQ((LanePlace{device, 0}), queue.take());
        queue.give_back({device, 0});
    }
    EXPECT_EQ(2U, queue.state(0).batches);
    EXPECT_EQ(1U, queue.state(2).batches);
    EXPECT_EQ(0U, queue.state(0).taken());
}

TEST(LaneQueue, ALostDeviceGivesNoLaneAndKeepsItsFirstError) {
    LaneQueue queue({1, 1});
    queue.lose(0, "first");
    queue.lose(0, "second");
    EXPECT_TRUE(queue.state(0).is_lost);
    EXPECT_EQ("first", queue.state(0).error);
    EXPECT_EQ((LanePlace{1, 0}), queue.take());
    queue.lose(1, "third");
    EXPECT_EQ(std::nullopt, queue.take());
}

TEST(LaneQueue, ADeviceWithoutLanesIsNeverChosen) {
    LaneQueue queue({0, 1});
    EXPECT_EQ((LanePlace{1, 0}), queue.take());
}

TEST(LaneQueue, CallersAreServedInTheOrderTheyCame) {
    LaneQueue queue({1});
    ASSERT_TRUE(queue.take().has_value());
    std::vector<int> served;  // only whoever holds the lane writes
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            const std::optional<LanePlace> place = queue.take();
            ASSERT_TRUE(place.has_value());
            const LaneHold hold(queue, *place);
            served.push_back(i);
        });
        while (queue.waiting() != static_cast<std::size_t>(i) + 1)
            std::this_thread::yield();
    }
    queue.give_back({0, 0});
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ((std::vector{0, 1, 2, 3}), served);
}

TEST(LaneQueue, WhoeverWaitsHearsThatTheLastDeviceIsLost) {
    LaneQueue queue({1});
    ASSERT_TRUE(queue.take().has_value());
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i)
        threads.emplace_back([&] { EXPECT_EQ(std::nullopt, queue.take()); });
    while (queue.waiting() != 3)
        std::this_thread::yield();
    queue.lose(0, "gone");
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace
}  // namespace qr::cuda
