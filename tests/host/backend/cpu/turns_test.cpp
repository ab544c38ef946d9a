#include "host/backend/cpu/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace qr::cpu {
namespace {

TEST(Turns, LetOneInAtATime) {
    Turns turns;
    int count = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 1000; ++round) {
                const std::lock_guard turn(turns);
                ++count;
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(4000, count);
}

// Whoever came while another was inside goes before that one's next turn.
TEST(Turns, NobodyIsPassedByOneWhoComesAgain) {
    Turns turns;
    std::atomic<bool> has_come = false;
    bool was_in = false;
    turns.lock();
    std::thread second([&] {
        has_come = true;
        const std::lock_guard turn(turns);
        was_in = true;
    });
    while (!has_come || turns.waiting() == 0)
        std::this_thread::yield();
    turns.unlock();
    turns.lock();
    EXPECT_TRUE(was_in);
    turns.unlock();
    second.join();
}

}  // namespace
}  // namespace qr::cpu
