#include "host/base/work_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "host/base/check.h"

namespace qr {

class WorkPool::Impl {
  public:
    explicit Impl(Limits limits) : limits_(limits) {
        QR_CHECK(limits.threads > 0);
        for (std::size_t i = 0; i < limits.threads; ++i)
            threads_.emplace_back([this] { serve(); });
    }

    Taken submit(std::unique_ptr<Work>& work) {
        {
            const std::lock_guard lock(mutex_);
            if (is_stopped_) return Taken::stopped;
            if (waiting_.size() == limits_.waiting_max) return Taken::full;
            waiting_.push_back(std::move(work));
        }
        changed_.notify_one();
        return Taken::yes;
    }

    void stop() {
        std::deque<std::unique_ptr<Work>> dropped;
        {
            const std::lock_guard lock(mutex_);
            is_stopped_ = true;
            dropped.swap(waiting_);
        }
        changed_.notify_all();
        for (const std::unique_ptr<Work>& work : dropped)
            work->drop();
        for (std::thread& thread : threads_)
            if (thread.joinable()) thread.join();
    }

    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return waiting_.size();
    }

  private:
    void serve() {
        while (const std::unique_ptr<Work> work = next())
            work->run();
    }

    // Null once the pool has stopped.
    std::unique_ptr<Work> next() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_stopped_ || !waiting_.empty(); });
        if (waiting_.empty()) return nullptr;
        std::unique_ptr<Work> work = std::move(waiting_.front());
        waiting_.pop_front();
        return work;
    }

    const Limits limits_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::unique_ptr<Work>> waiting_;
    bool is_stopped_ = false;
    std::vector<std::thread> threads_;
};

WorkPool::WorkPool(Limits limits) : impl_(std::make_unique<Impl>(limits)) {}

WorkPool::~WorkPool() {
    stop();
}

WorkPool::Taken WorkPool::submit(std::unique_ptr<Work>& work) {
    return impl_->submit(work);
}

void WorkPool::stop() {
    impl_->stop();
}

std::size_t WorkPool::waiting() const {
    return impl_->waiting();
}

}  // namespace qr
