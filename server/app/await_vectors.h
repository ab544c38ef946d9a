// The bridge from an encoder to a coroutine: hand over texts, suspend, resume on the same io
// thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "host/text/encoder.h"
#include "server/http/client.h"

namespace qr {

// Everything of an encoder's job but its reply, which the bridge makes.
struct EncoderTerms {
    std::vector<EncoderInput> inputs;
    std::shared_ptr<const void> texts;  // what they point into
    std::optional<TimePoint> deadline;
    http::Client* client = nullptr;  // whose leaving abandons the job; may be null
};

// Consumes `terms`, which the awaiting coroutine keeps in its frame.
boost::asio::awaitable<Result<EncodedTexts>> async_vectors(Encoder& encoder, EncoderTerms& terms);

}  // namespace qr
