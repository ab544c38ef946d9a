// Decides which slices of which waiting jobs form the next batch.
//
// Pure: no lock, no thread, no clock; every rule here is a table in batch_policy_test.cpp. The
// batch is of the foremost job's key, so that keys take turns by their foremost jobs and none
// starves. Jobs join in their order until one does not fit; none is overtaken for being larger. A
// job of more than a quarter of a batch gives a slice of at most a quarter, and further ones only
// into room that nobody else wants: alone it fills the batch, in company it leaves three quarters
// to the others, and a small job never waits for more than the batches under way and what stands
// before it. A batch is planned in the time of its own jobs, however many wait.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "host/base/clock.h"
#include "host/batching/waiting_queue.h"

namespace qr {

// A backend prepares the queries once per slice: with so many rows that is a few percent of it.
// A batch exceeds its limit only where so many rows of one job do.
inline constexpr std::size_t kSliceRowsMin = 16;

struct BatchTerms {
    std::size_t multiply_adds_max = std::size_t{1} << 25;  // of one batch
    // That a job waits for company although a lane is free; one whose deadline lies within it does
    // not. A larger one fills batches better and adds that much to the latency of a calm server.
    Duration delay_max{};
};

// Rows of one job that travel together. A job has at most one slice in a batch.
struct Slice {
    JobId id = kNoJob;
    std::size_t first_row = 0;
    std::size_t rows = 0;
    friend bool operator==(const Slice&, const Slice&) = default;
};

struct Plan {
    std::vector<Slice> slices;
    // Their deadlines have passed. When no slice stands beside them, another key may have some.
    std::vector<JobId> expired;
    std::optional<TimePoint>
        look_again;  // when a batch that waits for company leaves at the latest
};

Plan plan(const WaitingQueue& queue, const BatchTerms& terms, TimePoint now);

}  // namespace qr
