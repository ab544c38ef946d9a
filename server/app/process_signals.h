// The signals this process answers to, taken one at a time by the main thread.
//
// Blocked before any other thread is made, so that every thread inherits the mask and no handler
// ever runs. SIGPIPE never kills: writes report EPIPE.
#pragma once

#include <chrono>
#include <csignal>

namespace qr {

class ProcessSignals {
  public:
    ProcessSignals();

    // SIGTERM, SIGINT or SIGHUP; 0 when `wait` passed without one.
    int next(std::chrono::milliseconds wait) const { return take(all_, wait); }
    // SIGTERM or SIGINT alone; a SIGHUP stays pending.
    int next_stop(std::chrono::milliseconds wait) const { return take(stop_, wait); }

  private:
    static int take(const sigset_t& set, std::chrono::milliseconds wait);

    sigset_t stop_;
    sigset_t all_;
};

}  // namespace qr
