// The stages of one request as a Server-Timing value, in milliseconds.
// Source: https://www.w3.org/TR/server-timing/
#pragma once

#include <string>
#include <string_view>

#include "host/base/clock.h"

namespace qr {

class StageTimes {
  public:
    explicit StageTimes(const Clock& clock) : clock_(clock), last_(clock.now()) {}

    void restart() { last_ = clock_.now(); }
    // A stage took from construction, restart() or the last finish() until now. Returns how long.
    Duration finish(std::string_view stage);
    void add(std::string_view stage, Duration duration);

    // "parse;dur=0.041, queue;dur=0.006"
    const std::string& value() const { return value_; }

  private:
    const Clock& clock_;
    TimePoint last_;
    std::string value_;
};

}  // namespace qr
