// Turns texts into vectors: the interface every encoder serves, and what travels through it.
//
// A job is encoded as a whole and answered exactly once, from any thread, perhaps before encode()
// returns. Its output is an ordinary float32 matrix in host memory: nothing behind this line knows
// who made it. Encoders never throw and outlive nothing: stop() answers what still waits.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"

namespace qr {

class Tokenizer;

struct EncoderInfo {
    std::string name;            // what answers call the model
    std::string kind;            // "static" or "remote"
    std::size_t dimension = 0;   // of its vectors; 0: not known before the first answer
    std::size_t tokens_max = 0;  // of one text, what is longer is cut; 0: not known
    std::string digest;          // SHA-256, hex, of all that decides the vectors
};

// Some models want to be told; those that do not give both the same vector.
enum class TextRole { query, document };

struct EncoderInput {
    std::string_view text;  // UTF-8
    TextRole role = TextRole::document;
};

struct EncodedTexts {
    Buffer rows;  // float32 [inputs, dimension], row-major, finite
    std::size_t dimension = 0;
    std::size_t tokens = 0;  // of all inputs, as the encoder counts them
    Duration waited{};       // before its first text was taken up
    Duration encoded{};      // from then until the last vector was there
    // Inputs, ascending, without any token the encoder knows: their vectors say nothing of them.
    std::vector<std::size_t> unknown;
};

// What metrics say of an encoder, since it was made; what lies in this process asks no service.
struct EncoderFigures {
    std::uint64_t calls = 0;  // of the service, repetitions included
    std::uint64_t failed_calls = 0;
    std::uint64_t repeated_calls = 0;
    std::uint64_t cache_hits = 0;  // texts
    std::uint64_t cache_misses = 0;
    std::size_t cache_bytes = 0;
    std::size_t waiting_texts = 0;  // that have not left for the service
    bool is_shut_off = false;       // the service fails and is not asked for a while
};

// Where vectors go. deliver() is called once and must not block.
class EncoderSink {
  public:
    virtual ~EncoderSink() = default;
    virtual void deliver(Result<EncodedTexts> result) noexcept = 0;
};

// Owns the duty to answer: destroyed without delivery it answers `internal`.
class EncoderReply {
  public:
    explicit EncoderReply(std::unique_ptr<EncoderSink> sink) : sink_(std::move(sink)) {}
    EncoderReply(EncoderReply&&) noexcept = default;
    EncoderReply& operator=(EncoderReply&&) = delete;
    ~EncoderReply();

    void deliver(Result<EncodedTexts> result) noexcept;

  private:
    std::unique_ptr<EncoderSink> sink_;
};

// Set once the client has left: what has not begun need not.
using Abandoned = std::shared_ptr<const std::atomic<bool>>;

struct EncoderJob {
    std::vector<EncoderInput> inputs;   // at least one
    std::shared_ptr<const void> texts;  // what they point into; kept until the reply is delivered
    std::optional<TimePoint> deadline;  // then it is answered `deadline_exceeded`
    Abandoned is_abandoned;             // may be null
    EncoderReply reply;
};

class Encoder {
  public:
    virtual ~Encoder() = default;

    virtual EncoderInfo info() const = 0;
    // Errors in the reply: `overloaded` when its queue is full, `unavailable` when it cannot be
    // asked now, `deadline_exceeded`, `cancelled` when abandoned, `invalid` for an input that it
    // refuses.
    virtual void encode(EncoderJob job) = 0;
    virtual EncoderFigures totals() const { return {}; }
    // Null where the tokens are another service's business.
    virtual const Tokenizer* tokenizer() const { return nullptr; }
    // Answers what waits with `unavailable` and takes nothing more. Idempotent.
    virtual void stop() {}
};

}  // namespace qr
