// What one model has done since the start, as Triton's statistics count it: how often, and how
// long in all.
//
// Any thread counts and any thread reads. Each figure is exact; two figures that are read while a
// request ends may be one request apart.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "host/base/clock.h"

namespace qr {

// Where the time of one request went that was answered.
struct InferenceTimes {
    Duration total{};    // first byte of the request to the printed answer
    Duration queue{};    // waiting for the encoder or a lane
    Duration input{};    // parsing, and making vectors of texts
    Duration compute{};  // scoring; with an encoder alone: encoding
    Duration output{};   // printing
};

class ModelStatistics {
  public:
    struct Figure {
        std::uint64_t count = 0;
        std::uint64_t nanoseconds = 0;
    };
    struct Figures {
        Figure success, fail, queue, input, compute, output;
        std::int64_t last_ms = 0;  // when one ended last, since 1970; 0: never
    };

    using WallTime = std::chrono::system_clock::time_point;
    void succeeded(const InferenceTimes& times, WallTime now);
    void failed(Duration total, WallTime now);
    Figures figures() const;

  private:
    class Counter {
      public:
        void add(Duration duration);
        Figure figure() const;

      private:
        std::atomic<std::uint64_t> count_{0};
        std::atomic<std::uint64_t> nanoseconds_{0};
    };

    void note(WallTime now);

    Counter success_, fail_, queue_, input_, compute_, output_;
    std::atomic<std::int64_t> last_ms_{0};
};

}  // namespace qr
