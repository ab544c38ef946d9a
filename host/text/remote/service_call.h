// One call of the embedding service: from texts to bytes, and from bytes to vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "host/text/encoder.h"
#include "host/text/remote/call_failure.h"
#include "host/text/remote/embedding_answer.h"
#include "host/text/remote/http_call.h"
#include "host/text/remote/remote_encoder_options.h"
#include "host/text/remote/service_info.h"

namespace qr {

// What an answer may have, whoever sends it.
inline constexpr std::size_t kAnswerBytesMax = std::size_t{256} << 20;

struct ServiceCall {
    enum class Kind : std::uint8_t { info, vectors };
    Kind kind = Kind::vectors;
    EncoderApi api = EncoderApi::automatic;  // of vectors: not automatic
    std::size_t texts = 0;
    HttpCall http;
};

// What GET /info told; empty: it is not text-embeddings-inference.
using InfoAnswer = std::optional<ServiceInfo>;
using CallOutcome = std::variant<EmbeddingAnswer, InfoAnswer, CallFailure>;

// The URL that paths are put behind: without an end slash, and without the /v1 that OpenAI's
// clients put into theirs.
std::string_view base_url(std::string_view url);

ServiceCall make_info_call(const RemoteEncoderOptions& options, Duration timeout);
// `dimension` of the vectors that will come, 0 when nobody knows: it bounds the answer.
ServiceCall make_vectors_call(const RemoteEncoderOptions& options, EncoderApi api,
                              std::span<const EncoderInput> inputs, std::size_t dimension,
                              Duration timeout);

CallOutcome outcome_of(const ServiceCall& call, const HttpAnswer& answer, std::string_view key);

}  // namespace qr
