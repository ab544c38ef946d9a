// Any bytes as an embedding service's answer: refused with a reason, or whole, finite vectors.
//
// The first byte says which API and how many texts, the second which status; 0 is 200.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "host/base/check.h"
#include "host/base/utf8.h"
#include "host/text/remote/service_call.h"

namespace {

void check_vectors(const qr::EmbeddingAnswer& answer, std::size_t texts) {
    QR_CHECK(answer.vectors.size() == texts);
    const std::size_t dimension = answer.vectors.front().size();
    QR_CHECK(dimension >= 1 && dimension <= qr::kRemoteDimensionMax);
    for (const std::vector<float>& vector : answer.vectors) {
        QR_CHECK(vector.size() == dimension);
        for (const float number : vector)
            QR_CHECK(std::isfinite(number));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return EXIT_SUCCESS;
    constexpr const char* kKey = "secret";
    const bool is_info = (data[0] & 2) != 0;
    const qr::ServiceCall call{
        .kind = is_info ? qr::ServiceCall::Kind::info : qr::ServiceCall::Kind::vectors,
        .api = (data[0] & 1) != 0 ? qr::EncoderApi::tei : qr::EncoderApi::openai,
        .texts = 1U + (data[0] >> 2) % 4U};
    const qr::HttpAnswer answer{
        .status = data[1] == 0 ? 200 : 300 + data[1],
        .body = std::string(reinterpret_cast<const char*>(data) + 2, size - 2)};
    const qr::CallOutcome outcome = qr::outcome_of(call, answer, kKey);
    if (const auto* const vectors = std::get_if<qr::EmbeddingAnswer>(&outcome))
        check_vectors(*vectors, call.texts);
    if (const auto* const failure = std::get_if<qr::CallFailure>(&outcome)) {
        QR_CHECK(!failure->message.empty());
        QR_CHECK(qr::valid_utf8_prefix(failure->message) == failure->message.size());
        QR_CHECK(failure->message.find(kKey) == std::string::npos);
    }
    return EXIT_SUCCESS;
}
