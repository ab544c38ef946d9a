#include "perf/load/progress.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace qr::load {
namespace {

constexpr int kBarCharacters = 20;
constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

std::string progress_line(const Moment& moment) {
    const double share = std::clamp(in_seconds(moment.now) / in_seconds(moment.length), 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(share * kBarCharacters);
    const std::string bar = std::string(filled, '#') + std::string(kBarCharacters - filled, '-');
    std::array<char, 160> line;
    if (moment.now < Duration::zero()) {
        std::snprintf(line.data(), line.size(), "[%s] warm-up, %.1f s left", bar.c_str(),
                      -in_seconds(moment.now));
        return line.data();
    }
    std::snprintf(line.data(), line.size(),
                  "[%s] %.1f/%.1f s  %.0f/s  2xx p99 %.2f ms  failed %llu", bar.c_str(),
                  in_seconds(std::min(moment.now, moment.length)), in_seconds(moment.length),
                  moment.sent_per_s, in_seconds(moment.p99) * 1e3,
                  static_cast<unsigned long long>(moment.failed));
    return line.data();
}

Progress::~Progress() {
    if (has_shown_) write(kClearLine);
}

void Progress::show(Duration now, const Counts& total) {
    const double since = in_seconds(now - std::max(last_, Duration::zero()));
    const double rate = since > 0 ? static_cast<double>(total.sent - last_sent_) / since : 0;
    write(kClearLine + progress_line({.now = now,
                                      .length = length_,
                                      .sent_per_s = rate,
                                      .p99 = total.ok_latency.quantile(0.99),
                                      .failed = total.failed()}));
    last_ = now;
    last_sent_ = total.sent;
    due_ = now + kPause;
    has_shown_ = true;
}

void Progress::write(const std::string& text) {
    pollfd ready{terminal_, POLLOUT, 0};
    if (::poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
    // A line is far shorter than what a terminal that is ready takes.
    [[maybe_unused]] const ssize_t written = ::write(terminal_, text.data(), text.size());
}

}  // namespace qr::load
