// Sends the batches of a file to a server: several at a time, again where the server was full or
// away, and notes how far it has come.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/base/error.h"
#include "server/cli/http_client.h"
#include "server/cli/ingest_batches.h"
#include "server/cli/ingest_state.h"

namespace qr::cli {

struct IngestTarget {
    std::string url;                  // of the documents of the collection
    std::vector<std::string> fields;  // of every request
    std::chrono::milliseconds timeout{30'000};
};

struct IngestLimits {
    std::size_t connections = 4;
    std::size_t attempts = 8;  // of one batch
    // What waiting is; called by each connection's thread.
    std::function<void(std::chrono::milliseconds)> wait = [](std::chrono::milliseconds time) {
        std::this_thread::sleep_for(time);
    };
};

// How long to wait before attempt `next` (2, 3...), where `random` is within 0..1: longer each
// time, and not less than the server asked for, up to 5 minutes of that.
std::chrono::milliseconds wait_before(std::size_t next, double random,
                                      std::optional<std::chrono::milliseconds> asked = {});
// Whether the same request may succeed later: the server is full, or it does not serve now.
bool is_passing(const Result<HttpAnswer>& answer);

// `on_place` is told of every place, one call at a time. Errors: of the file; `unavailable`, the
// server was away for all attempts; `internal`, it refused a batch, in its own words.
Result<void> send_batches(IngestBatches& batches, const IngestTarget& target,
                          const IngestLimits& limits, IngestPlace begin,
                          const std::function<Result<void>(const IngestPlace&)>& on_place);

}  // namespace qr::cli
