// What became of the intents: counts, latencies and the tool's own lateness, of the whole run, by
// step, by request of the plan and, where asked for, by row of time.
//
// Everything belongs to the step and row of its intended send time; `ok_within` alone goes by the
// time of the answer, for goodput. What was intended before the run began is warm-up and counts
// nowhere.
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
    connect,    // no connection
    handshake,  // no TLS on it: the certificate, the host name, the protocol
    stale,      // a kept connection ended without a byte of answer: it may have been idle too long
    closed,     // a fresh one did
    reset,      // a fresh one was reset
    timeout,    // no whole answer in time
    unsent,     // no connection was free in time
    half_answer,  // ended inside an answer
    malformed,    // the answer was refused
};
inline constexpr std::size_t kFailures = 9;
std::string_view to_string(Failure failure);

// One request of the plan on its way.
struct Ask {
    std::uint64_t number = 0;
    Duration intended{};  // since the run began; negative: warm-up
    std::size_t step = 0;
    std::size_t request = 0;
    std::size_t body = 0;

    bool is_counted() const { return intended >= Duration::zero(); }
};

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

// Of one step, of one request, or of the whole run.
struct Counts {
    std::uint64_t intended = 0;
    std::uint64_t sent = 0;
    std::uint64_t ok_within = 0;  // 2xx that arrived before its end, whenever intended
    std::map<int, std::uint64_t> statuses;
    std::uint64_t refused_without_retry_after = 0;
    std::array<std::uint64_t, kFailures> failures{};
    Histogram ok_latency, refused_latency, other_latency;
    Histogram lag;  // how late the tool itself sent

    std::uint64_t failed() const;  // all kinds together
};

class Tally {
  public:
    explicit Tally(const Plan& plan);

    void intended(const Ask& ask);
    void sent(const Ask& ask, Duration lag);
    void answered(const Ask& ask, const Answer& answer);
    void failed(const Ask& ask, Failure failure, std::string_view why);

    const std::vector<Counts>& steps() const { return steps_; }
    const std::vector<Counts>& requests() const { return requests_; }
    const std::vector<Row>& rows() const { return rows_; }
    const Counts& total() const { return total_; }
    // The first reason met, by failure; for people.
    const std::map<Failure, std::string>& examples() const { return examples_; }

  private:
    Row* row_at(Duration time);
    std::array<Counts*, 3> counts_of(const Ask& ask);
    void arrived(const Ask& ask, Duration now);

    Counts total_;
    std::vector<Counts> steps_, requests_;
    std::vector<Duration> step_ends_;
    Duration row_length_;
    std::vector<Row> rows_;
    std::map<Failure, std::string> examples_;
};

}  // namespace qr::load
