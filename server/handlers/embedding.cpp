#include "server/handlers/embedding.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "host/base/misfit.h"
#include "server/app/await_vectors.h"
#include "server/handlers/model.h"
#include "server/handlers/respond.h"
#include "server/handlers/stage_times.h"
#include "server/handlers/timing_fields.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using dialects::EmbeddingRequest;

std::vector<EncoderInput> inputs_of(const EmbeddingRequest& parsed) {
    std::vector<EncoderInput> inputs;
    inputs.reserve(parsed.texts.size());
    for (const std::string& text : parsed.texts)
        inputs.push_back({text, TextRole::document});
    return inputs;
}

// To length 1; a zero vector, which has no direction, stays.
void normalise(std::span<float> row) {
    double square = 0;
    for (const float x : row)
        square += double{x} * x;
    if (square == 0) return;
    const double scale = 1 / std::sqrt(square);
    for (float& x : row)
        x = static_cast<float>(x * scale);
}

// The vectors as the request wants them: the first components alone, of length 1. In place.
MatrixView shaped(EncodedTexts& encoded, const EmbeddingRequest& parsed) {
    auto* const data = reinterpret_cast<float*>(encoded.rows.data());
    const std::size_t rows = parsed.texts.size();
    const std::size_t kept = parsed.dimensions == 0 ? encoded.dimension : parsed.dimensions;
    for (std::size_t row = 0; row < rows; ++row) {
        const std::span<float> out(data + row * kept, kept);
        if (kept != encoded.dimension) {
            std::copy_n(data + row * encoded.dimension, kept, out.begin());
        }
        if (parsed.is_normalised) normalise(out);
    }
    return {data, rows, kept};
}

Error too_many_dimensions(std::size_t asked, std::size_t dimension) {
    return misfit_at(Code::invalid, "/dimensions", std::to_string(asked),
                     "1.." + std::to_string(dimension));
}

}  // namespace

asio::awaitable<http::Response> handle_embedding(const Services& services, Grant grant,
                                                 http::Request& request,
                                                 const dialects::EmbeddingForm& form,
                                                 ModelStatistics* statistics) {
    StageTimes times(services.clock);
    const dialects::Dialect dialect = form.dialect;
    const Result<native::Payload> payload = take_payload(request);
    if (!payload.ok()) co_return error_response(payload.error(), request, dialect);
    Result<EmbeddingRequest> read = form.parse(*payload, grant.limits.parse);
    if (!read.ok()) co_return error_response(read.error(), request, dialect);
    if (services.encoder == nullptr) co_return error_response(no_encoder(), request, dialect);
    const auto parsed = std::make_shared<const EmbeddingRequest>(*std::move(read));
    grant.place.declare(parsed->texts.size(), payload->size);
    const Duration parsing = times.finish("parse");

    EncoderTerms terms{
        .inputs = inputs_of(*parsed),
        .texts = parsed,
        .deadline = request.started + parsed->timeout.value_or(grant.limits.default_timeout),
        .client = request.client};
    TextUsage usage = usage_of(terms.inputs);
    Encoder& encoder = *services.encoder;
    Result<EncodedTexts> encoded = co_await async_vectors(encoder, terms);
    if (!encoded.ok()) co_return error_response(encoded.error(), request, dialect);
    if (parsed->dimensions > encoded->dimension) {
        const Error error = too_many_dimensions(parsed->dimensions, encoded->dimension);
        co_return error_response(error, request, dialect);
    }
    usage.tokens = encoded->tokens;
    times.restart();
    times.add("encode", encoded->waited + encoded->encoded);

    const std::string name = encoder.info().name;
    const MatrixView vectors = shaped(*encoded, *parsed);
    const native::Provenance provenance{
        .id = request.id, .backend = {}, .encoder = name, .tokens = usage.tokens};
    http::Response response = answer_response(form.print(*parsed, vectors, provenance));
    const Duration printing = times.finish("print");
    response.fields.add("Server-Timing", times.value());
    const Duration total = services.clock.now() - request.started;
    if (statistics != nullptr) {
        statistics->succeeded({.total = total,
                               .queue = encoded->waited,
                               .input = parsing,
                               .compute = encoded->encoded,
                               .output = printing},
                              std::chrono::system_clock::now());
    }
    add_timing_fields(response, {.total = total,
                                 .queue = encoded->waited,
                                 .inference = encoded->encoded,
                                 .compute = parsing + encoded->encoded + printing,
                                 .backend = {},
                                 .tokenization = encoded->encoded,
                                 .texts = usage});
    co_return response;
}

}  // namespace qr
