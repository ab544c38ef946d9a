#include "server/handlers/encode_texts.h"

#include <utility>

#include "host/base/check.h"
#include "host/rerank/text_rows.h"
#include "server/app/await_vectors.h"

namespace qr {

TimePoint deadline_of(const ScoreRequest& parsed, const http::Request& request,
                      const RequestLimits& limits) {
    return request.started + parsed.timeout.value_or(limits.default_timeout);
}

boost::asio::awaitable<Result<TextEncoding>> encode_texts(const Services& services, Grant grant,
                                                          http::Request& request,
                                                          std::shared_ptr<ScoreRequest> parsed) {
    TextEncoding encoding;
    if (parsed->texts.is_empty()) co_return encoding;
    QR_CHECK(services.encoder != nullptr);
    EncoderTerms terms{.inputs = encoder_inputs(*parsed),
                       .texts = parsed,
                       .deadline = deadline_of(*parsed, request, grant.limits),
                       .client = request.client};
    encoding.usage = usage_of(terms.inputs);
    Encoder& encoder = *services.encoder;
    Result<EncodedTexts> encoded = co_await async_vectors(encoder, terms);
    if (!encoded.ok()) co_return std::move(encoded).error();
    encoding.usage.tokens = encoded->tokens;
    encoding.waited = encoded->waited;
    encoding.encoded = encoded->encoded;
    const Result<void> placed = place_vectors(*parsed, *std::move(encoded), services.buffers);
    if (!placed.ok()) co_return placed.error();
    co_return encoding;
}

}  // namespace qr
