#include "host/text/remote/service_call.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "host/text/remote/embedding_request.h"

namespace qr {
namespace {

constexpr std::size_t kInfoBytesMax = std::size_t{1} << 20;

// Digits of a double with sign, point, exponent, comma and the spaces of a pretty printer.
constexpr std::size_t kNumberBytesMax = 32;
constexpr std::size_t kVectorBytes = 256;  // of JSON around one
constexpr std::size_t kRestBytesMax = std::size_t{64} << 10;

// Error pages are answers, too: small ones need not be cut.
std::size_t answer_bytes_max(std::size_t texts, std::size_t dimension) {
    const std::size_t numbers = dimension == 0 ? kRemoteDimensionMax : dimension;
    const std::size_t expected = texts * (numbers * kNumberBytesMax + kVectorBytes);
    return std::min(expected + kRestBytesMax, kAnswerBytesMax);
}

// How long we wait is told as Envoy tells the services behind it.
HttpCall http_call(const RemoteEncoderOptions& options, std::string_view path, Duration timeout) {
    const auto whole = std::chrono::ceil<std::chrono::milliseconds>(timeout);
    HttpCall call{.url = std::string(base_url(options.url)) + std::string(path),
                  .fields = {"Accept: application/json",
                             "X-Envoy-Expected-Rq-Timeout-Ms: " + std::to_string(whole.count())},
                  .timeout = whole};
    if (!options.api_key.empty()) call.fields.push_back("Authorization: Bearer " + options.api_key);
    return call;
}

// Failures that pass leave the question open; any other answer but the right one settles it.
CallOutcome info_outcome(const HttpAnswer& answer, std::string_view key) {
    std::optional<CallFailure> failure = failure_of(answer, key);
    if (!failure) return read_service_info(answer.body);
    if (may_repeat(failure->kind)) return *std::move(failure);
    return InfoAnswer{};
}

}  // namespace

std::string_view base_url(std::string_view url) {
    const auto drop = [&url](std::string_view end) {
        while (url.ends_with(end))
            url.remove_suffix(end.size());
    };
    drop("/");
    constexpr std::string_view kVersion = "/v1";
    const bool is_a_host = url.ends_with("//v1");
    if (url.ends_with(kVersion) && !is_a_host) url.remove_suffix(kVersion.size());
    drop("/");
    return url;
}

ServiceCall make_info_call(const RemoteEncoderOptions& options, Duration timeout) {
    ServiceCall call{.kind = ServiceCall::Kind::info, .http = http_call(options, "/info", timeout)};
    call.http.answer_bytes_max = kInfoBytesMax;
    return call;
}

ServiceCall make_vectors_call(const RemoteEncoderOptions& options, EncoderApi api,
                              std::span<const EncoderInput> inputs, std::size_t dimension,
                              Duration timeout) {
    ServiceCall call{.api = api,
                     .texts = inputs.size(),
                     .http = http_call(options, embedding_path(api), timeout)};
    call.http.fields.push_back("Content-Type: application/json");
    call.http.body = print_embedding_request(api, options, inputs);
    call.http.answer_bytes_max = answer_bytes_max(inputs.size(), dimension);
    return call;
}

CallOutcome outcome_of(const ServiceCall& call, const HttpAnswer& answer, std::string_view key) {
    if (call.kind == ServiceCall::Kind::info) return info_outcome(answer, key);
    if (std::optional<CallFailure> failure = failure_of(answer, key)) return *std::move(failure);
    Result<EmbeddingAnswer> read = read_embedding_answer(call.api, answer.body, call.texts);
    if (read) return std::move(*read);
    return CallFailure{.kind = FailureKind::garbled, .message = read.error().message};
}

}  // namespace qr
