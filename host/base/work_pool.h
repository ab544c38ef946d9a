// Threads for work that blocks (a disk, a long computation), so that event loops need not wait.
//
// First come, first served; each piece of work is run or dropped exactly once, from a thread of the
// pool or the one that stops it.
#pragma once

#include <cstddef>
#include <memory>

namespace qr {

class Work {
  public:
    virtual ~Work() = default;
    virtual void run() noexcept = 0;
    virtual void drop() noexcept = 0;  // in its place: the pool has stopped
};

class WorkPool {
  public:
    struct Limits {
        std::size_t threads = 4;
        std::size_t waiting_max = 1'024;
    };

    explicit WorkPool(Limits limits);
    ~WorkPool();  // stop()s
    WorkPool(const WorkPool&) = delete;
    WorkPool& operator=(const WorkPool&) = delete;

    enum class Taken : unsigned char { yes, full, stopped };
    // Takes the work, or leaves it untouched.
    Taken submit(std::unique_ptr<Work>& work);
    // Drops what waits, finishes what is under way, joins. Idempotent.
    void stop();

    std::size_t waiting() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace qr
