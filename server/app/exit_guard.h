// Sees to it that the process ends: a thread that never returns cannot be joined, and a supervisor
// that has asked for an end should not have to kill.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace qr {

class ExitGuard {
  public:
    // `give_up` runs on a thread of the guard's own and should end the process.
    explicit ExitGuard(std::function<void()> give_up) : give_up_(std::move(give_up)) {}
    ~ExitGuard();  // all went well: disarms
    ExitGuard(const ExitGuard&) = delete;
    ExitGuard& operator=(const ExitGuard&) = delete;

    // give_up() runs unless the guard is gone within that time. Once.
    void arm(std::chrono::milliseconds timeout);

  private:
    std::function<void()> give_up_;
    std::mutex mutex_;
    std::condition_variable disarmed_;
    bool is_disarmed_ = false;
    std::thread thread_;
};

}  // namespace qr
