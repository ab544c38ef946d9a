// What an operator may decide about the embedding service; defaults, trades and rules of thumb.
//
// host/text/remote asks a service for vectors: what its files decide is pure and knows no clock,
// only http_pool.h sees libcurl, only remote_encoder.h has a thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host/base/clock.h"

namespace qr {

enum class EncoderApi : std::uint8_t {
    automatic,  // whoever answers GET /info as text-embeddings-inference does is taken for it
    openai,     // POST /v1/embeddings
    tei,        // POST /embed
};

struct BreakerThresholds {
    // So many failures in a row stop all calls. Fewer notice a dead service sooner, and one that
    // stumbles more often than it should.
    std::size_t failures_in_a_row = 5;
    // Or this share of the calls of the last 10 seconds, once they are `calls_min`.
    std::size_t failure_percent = 50;
    std::size_t calls_min = 20;
    // Then one call tries again. Longer spares a struggling service; rule of thumb: a restart.
    Duration open_for = std::chrono::seconds(5);
};

struct RepeatTerms {
    // Repetitions for a hundred calls. More hide more hiccups, and add that much load to a service
    // that fails under load; 0: none.
    std::size_t percent = 10;
    std::size_t burst = 3;  // at once, after a quiet time
    unsigned attempts_max = 3;
    Duration backoff = std::chrono::milliseconds(100);  // doubled each time, then halved at random
    Duration backoff_max = std::chrono::seconds(5);
};

struct RemoteEncoderOptions {
    std::string url;  // http://host:port or https://..., with a path or none; /v1 is understood
    EncoderApi api = EncoderApi::automatic;
    std::string model;            // as the service calls it; may be empty
    std::string api_key;          // sent as `Authorization: Bearer`; empty: not sent
    std::string query_prefix;     // for models trained so: "query: "
    std::string document_prefix;  // "passage: "
    std::size_t dimensions = 0;   // asked for; 0: the model's own
    std::string
        authorities_file;  // certificates, PEM, that https is verified with; empty: system's

    // Of one call. Longer survives a slow service, and holds a connection for as long.
    Duration timeout = std::chrono::seconds(10);
    // Texts in one call; 0: what the service says, else 32 (text-embeddings-inference's own limit)
    // or 256 (OpenAI's is 2048). Larger wastes less on each call and delays its first text.
    std::size_t batch_max = 0;
    // Bytes of text in one call, but one text always goes. Half of what
    // text-embeddings-inference takes by default: escapes need room.
    std::size_t batch_bytes_max = 1'000'000;
    // Calls under way at once. More hide the network and fill smaller batches; rule of thumb: what
    // the service computes at once, and one more.
    std::size_t connections_max = 4;
    // Texts that wait to leave; a job that would exceed it is answered `overloaded`, so it is also
    // the largest job. Rule of thumb: what the service encodes within a client's patience.
    std::size_t queue_max = 100'000;
    // Of vectors kept by their text; 0: none. Rule of thumb: 4 bytes a dimension and 300, times the
    // texts in circulation.
    std::size_t cache_bytes_max = std::size_t{64} << 20;
    RepeatTerms repeat;
    BreakerThresholds breaker;
};

}  // namespace qr
