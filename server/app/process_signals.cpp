#include "server/app/process_signals.h"

#include <ctime>

namespace qr {

ProcessSignals::ProcessSignals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stop_);
    sigaddset(&stop_, SIGTERM);
    sigaddset(&stop_, SIGINT);
    all_ = stop_;
    sigaddset(&all_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &all_, nullptr);
}

int ProcessSignals::take(const sigset_t& set, std::chrono::milliseconds wait) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    const std::chrono::nanoseconds rest = wait - seconds;
    const timespec limit{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
    const int signal = sigtimedwait(&set, nullptr, &limit);
    return signal > 0 ? signal : 0;
}

}  // namespace qr
