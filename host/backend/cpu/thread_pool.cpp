#include "host/backend/cpu/thread_pool.h"

#include <algorithm>
#include <system_error>

#include "host/base/check.h"

namespace qr::cpu {

ThreadPool::ThreadPool(std::size_t threads) {
    QR_CHECK(threads >= 1);
    workers_.reserve(threads - 1);
    try {
        while (workers_.size() + 1 < threads)
            workers_.emplace_back([this] { serve(); });
    } catch (const std::system_error&) {
        stop();
        throw;
    }
}

ThreadPool::~ThreadPool() {
    stop();
}

void ThreadPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    posted_.notify_all();
    for (std::thread& worker : workers_)
        worker.join();
}

void ThreadPool::run(std::size_t items, const Work& work) {
    Run run{.work = work, .items = items};
    const std::size_t helpers = std::min(workers_.size(), items > 0 ? items - 1 : 0);
    if (helpers > 0) {
        const std::lock_guard lock(mutex_);
        run_ = &run;
        ++posts_;
    }
    for (std::size_t i = 0; i < helpers; ++i)
        posted_.notify_one();
    take_items(run);
    if (helpers == 0) return;
    std::unique_lock lock(mutex_);
    run_ = nullptr;
    idle_.wait(lock, [this] { return busy_ == 0; });
}

void ThreadPool::take_items(Run& run) {
    for (;;) {
        const std::size_t item = run.next.fetch_add(1, std::memory_order_relaxed);
        if (item >= run.items) return;
        run.work(item);
    }
}

void ThreadPool::serve() {
    std::size_t seen = 0;
    std::unique_lock lock(mutex_);
    for (;;) {
        posted_.wait(lock, [&] { return is_stopping_ || (run_ != nullptr && posts_ != seen); });
        if (is_stopping_) return;
        seen = posts_;
        Run& run = *run_;
        ++busy_;
        lock.unlock();
        take_items(run);
        lock.lock();
        if (--busy_ == 0) idle_.notify_one();
    }
}

}  // namespace qr::cpu
