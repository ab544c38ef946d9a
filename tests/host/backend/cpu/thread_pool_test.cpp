#include "host/backend/cpu/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace qr::cpu {
namespace {

TEST(ThreadPool, CallsEveryItemOnce) {
    for (const std::size_t threads : {1U, 2U, 4U}) {
        ThreadPool pool(threads);
        for (const std::size_t items : {0U, 1U, 2U, 3U, 7U, 1000U}) {
            std::vector<int> calls(items, 0);
            pool.run(items, [&](std::size_t item) { ++calls[item]; });
            EXPECT_EQ(std::vector<int>(items, 1), calls) << threads << " threads";
        }
    }
}

TEST(ThreadPool, CountsTheCallerAsAThread) {
    EXPECT_EQ(1U, ThreadPool(1).threads());
    EXPECT_EQ(3U, ThreadPool(3).threads());
}

TEST(ThreadPool, OneThreadRunsOnTheCallerInOrder) {
    ThreadPool pool(1);
    std::vector<std::size_t> order;
    std::set<std::thread::id> ids;
    pool.run(4, [&](std::size_t item) {
        order.push_back(item);
        ids.insert(std::this_thread::get_id());
    });
    EXPECT_EQ((std::vector<std::size_t>{0, 1, 2, 3}), order);
    EXPECT_EQ(std::set{std::this_thread::get_id()}, ids);
}

TEST(ThreadPool, ASingleItemWakesNobody) {
    ThreadPool pool(4);
    std::thread::id id;
    pool.run(1, [&](std::size_t) { id = std::this_thread::get_id(); });
    EXPECT_EQ(std::this_thread::get_id(), id);
}

// Each item waits until all four have begun: it ends only if four threads work at the same time.
TEST(ThreadPool, AllThreadsWorkAtTheSameTime) {
    ThreadPool pool(4);
    std::mutex mutex;
    std::condition_variable all_began;
    int began = 0;
    pool.run(4, [&](std::size_t) {
        std::unique_lock lock(mutex);
        ++began;
        all_began.notify_all();
        all_began.wait(lock, [&] { return began == 4; });
    });
    EXPECT_EQ(4, began);
}

TEST(ThreadPool, WhatItemsWroteIsSeenAfterTheRun) {
    ThreadPool pool(4);
    std::vector<std::size_t> values(64);
    for (std::size_t round = 0; round < 2000; ++round) {
        const std::size_t items = 1 + round % values.size();
        pool.run(items, [&](std::size_t item) { values[item] = round + item; });
        for (std::size_t item = 0; item < items; ++item)
            ASSERT_EQ(round + item, values[item]);
    }
}

TEST(ThreadPool, ManyPoolsComeAndGo) {
    std::atomic<int> calls{0};
    for (int round = 0; round < 50; ++round) {
        ThreadPool pool(3);
        if (round % 2 == 0) pool.run(5, [&](std::size_t) { ++calls; });
    }
    EXPECT_EQ(125, calls.load());
}

}  // namespace
}  // namespace qr::cpu
