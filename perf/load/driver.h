// One thread, one epoll: turns a plan into requests and their fates into a tally.
//
// Open loop: intents come from the schedule whatever the server does; one that finds every
// connection busy waits, and that counts as latency. Closed loop: `clients` requests are in
// progress at any time. A latency begins at the intended send time, so a server that stalls is
// charged for every request that it kept from being sent. After the last step what is under way is
// seen to its end, at most a timeout longer. Times are since the run began: those of the warm-up
// are negative, and no figure knows of them.
#pragma once

#include "host/base/error.h"
#include "perf/load/plan.h"
#include "perf/load/progress.h"
#include "perf/load/tally.h"

namespace qr::load {

struct RunFigures {
    Tally tally;
    Duration wall{};         // until the last answer
    double cpu_seconds = 0;  // of the tool, user and system
    std::size_t connections_peak = 0;
    std::uint64_t connections_opened = 0;
};

// Errors: `invalid` for a host that has no IPv4 address and for a --ca-file that is none,
// `unavailable` where the system gives no epoll. `progress` may be null.
Result<RunFigures> run_load(const Plan& plan, Progress* progress = nullptr);

}  // namespace qr::load
