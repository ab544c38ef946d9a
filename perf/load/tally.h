// What became of the intents: counts, latencies and the tool's own lateness, by step and, where
// asked for, by row of time.
//
// Everything belongs to the step and row of its intended send time; `ok_within` alone goes by the
// time of the answer, for goodput.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "perf/load/histogram.h"
#include "perf/load/plan.h"

namespace qr::load {

enum class Failure : std::uint8_t {
    connect,  // no connection
    stale,    // a kept connection ended without a byte of answer: it may have been idle too long
    closed,   // a fresh one did
    reset,    // a fresh one was reset
    timeout,  // no whole answer in time
    unsent,   // no connection was free in time
    half_answer,  // ended inside an answer
    malformed,    // the answer was refused
};
inline constexpr std::size_t kFailures = 8;
std::string_view to_string(Failure failure);

struct Answer {
    int status = 0;
    bool has_retry_after = false;
    Duration latency{};  // since the intended send time
};

struct Row {
    std::uint64_t sent = 0;
    std::uint64_t ok = 0;       // 2xx
    std::uint64_t refused = 0;  // 429
    std::uint64_t other = 0;
    std::uint64_t failed = 0;
    Histogram ok_latency;
};

struct StepTally {
    std::uint64_t intended = 0;
    std::uint64_t sent = 0;
    std::uint64_t ok_within = 0;  // 2xx that arrived before the step ended, whenever intended
    std::map<int, std::uint64_t> statuses;
    std::uint64_t refused_without_retry_after = 0;
    std::array<std::uint64_t, kFailures> failures{};
    Histogram ok_latency, refused_latency, other_latency;
    Histogram lag;  // how late the tool itself sent

    void merge(const StepTally& other);
};

class Tally {
  public:
    explicit Tally(const Plan& plan);

    void intended(std::size_t step) { ++steps_.at(step).intended; }
    void sent(std::size_t step, Duration intended, Duration lag);
    void answered(std::size_t step, Duration intended, const Answer& answer);
    void failed(std::size_t step, Duration intended, Failure failure, std::string_view why);

    const std::vector<StepTally>& steps() const { return steps_; }
    const std::vector<Row>& rows() const { return rows_; }
    StepTally total() const;
    // The first reason met, by failure; for people.
    const std::map<Failure, std::string>& examples() const { return examples_; }

  private:
    Row* row_at(Duration time);

    std::vector<StepTally> steps_;
    std::vector<Duration> step_ends_;
    Duration row_length_;
    std::vector<Row> rows_;
    std::map<Failure, std::string> examples_;
};

}  // namespace qr::load
