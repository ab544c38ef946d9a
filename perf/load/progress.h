// One line on a terminal that says how far a run is, rewritten a few times a second.
//
// It never makes the run wait: a line that the terminal would not take at once is left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host/base/clock.h"
#include "perf/load/tally.h"

namespace qr::load {

class Progress {
  public:
    static constexpr Duration kPause = std::chrono::milliseconds(250);

    // Writes to `terminal`, which it borrows; `length` is that of the run without its warm-up.
    Progress(int terminal, Duration length) : terminal_(terminal), length_(length) {}
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    Duration due() const { return due_; }  // when the next line is; since the run began
    void show(Duration now, const Counts& total);

  private:
    void write(const std::string& text);

    int terminal_;
    Duration length_;
    Duration due_ = Duration::min();
    Duration last_{};
    std::uint64_t last_sent_ = 0;
    bool has_shown_ = false;
};

struct Moment {
    Duration now{};  // negative: warm-up
    Duration length{};
    double sent_per_s = 0;  // since the last line
    Duration p99{};         // of 2xx
    std::uint64_t failed = 0;
};
std::string progress_line(const Moment& moment);

}  // namespace qr::load
