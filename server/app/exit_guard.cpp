#include "server/app/exit_guard.h"

namespace qr {

ExitGuard::~ExitGuard() {
    {
        const std::lock_guard lock(mutex_);
        is_disarmed_ = true;
    }
    disarmed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ExitGuard::arm(std::chrono::milliseconds timeout) {
    thread_ = std::thread([this, timeout] {
        std::unique_lock lock(mutex_);
        if (disarmed_.wait_for(lock, timeout, [this] { return is_disarmed_; })) return;
        lock.unlock();
        give_up_();
    });
}

}  // namespace qr
