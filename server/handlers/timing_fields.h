// The x-* fields that text-embeddings-inference puts on its answers, for scripts that read them.
//
// Whole milliseconds, as there; Server-Timing has the fractions. Only answers that carry scores
// have them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "host/base/clock.h"
#include "host/text/encoder.h"
#include "server/http/message.h"

namespace qr {

// What of a request went through the encoder.
struct TextUsage {
    std::size_t texts = 0;
    std::size_t characters = 0;
    std::size_t tokens = 0;
};

struct AnswerTimes {
    Duration total{};          // first byte of the request to the printed answer
    Duration queue{};          // waiting for a lane or the encoder
    Duration inference{};      // with the backend
    Duration compute{};        // parsing, encoding, scoring and printing: what the request cost
    std::string_view backend;  // that really scored it
    Duration tokenization{};   // with the encoder, which tokenizes
    TextUsage texts = {};
};

// Of inputs for the encoder; their tokens are known once it has answered.
TextUsage usage_of(std::span<const EncoderInput> inputs);

// x-compute-type, x-total-time, x-queue-time, x-inference-time, x-compute-time; where there were
// texts x-tokenization-time, x-compute-tokens and x-compute-characters.
void add_timing_fields(http::Response& response, const AnswerTimes& times);

}  // namespace qr
