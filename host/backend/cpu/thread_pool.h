// A fixed set of threads that share the items of one run; the calling thread takes part.
//
// Threads are made once and live as long as the pool. A run hands out items from one counter, so a
// late thread costs nothing: when the items are gone the caller returns, and a thread that wakes
// afterwards goes back to sleep. Which thread takes an item is left open; results must not depend
// on it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace qr::cpu {

class ThreadPool {
  public:
    using Work = std::function<void(std::size_t item)>;

    // `threads` counts the caller: 1 makes no thread. Throws std::system_error when the system
    // gives none.
    explicit ThreadPool(std::size_t threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    std::size_t threads() const { return workers_.size() + 1; }

    // Calls work(0) .. work(items - 1), each once, and returns when all are done. `work` must not
    // throw. One run at a time.
    void run(std::size_t items, const Work& work);

  private:
    struct Run {
        const Work& work;
        const std::size_t items;
        std::atomic<std::size_t> next{0};
    };

    static void take_items(Run& run);
    void serve();
    void stop();

    std::mutex mutex_;
    std::condition_variable posted_;
    std::condition_variable idle_;
    Run* run_ = nullptr;    // open to join; on the caller's stack
    std::size_t busy_ = 0;  // workers that joined and have not left
    std::size_t posts_ = 0;
    bool is_stopping_ = false;
    std::vector<std::thread> workers_;
};

}  // namespace qr::cpu
