// The x-* fields that text-embeddings-inference puts on its answers, for scripts that read them.
//
// Whole milliseconds, as there; Server-Timing has the fractions. Only answers that carry scores
// have them.
#pragma once

#include <string_view>

#include "host/base/clock.h"
#include "server/http/message.h"

namespace qr {

struct AnswerTimes {
    Duration total{};          // first byte of the request to the printed answer
    Duration queue{};          // waiting for a lane
    Duration inference{};      // with the backend
    Duration compute{};        // parsing, scoring and printing: what the request cost
    std::string_view backend;  // that really scored it
};

// x-compute-type, x-total-time, x-queue-time, x-inference-time, x-compute-time.
void add_timing_fields(http::Response& response, const AnswerTimes& times);

}  // namespace qr
