// KServe v2: JSON, and tensors behind it. The first four bytes of the input choose the model, in
// two bytes how many bytes are JSON (255 in the first: all of them), and how far off its alignment
// the body lies. Texts are taken where the first byte is even.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "request_invariants.h"
#include "server/dialects/kserve_inference.h"

namespace qr::fuzz {
namespace {

// A side is vectors, which lie in the request's memory, or texts.
void check_side(const MatrixView& view, const std::vector<Buffer>& storage, std::size_t texts,
                std::size_t rows_max) {
    QR_CHECK((view.rows == 0) != (texts == 0));
    QR_CHECK(std::max(view.rows, texts) <= rows_max);
    if (view.rows > 0) check_inside(view, storage);
}

void check_answer(const dialects::Answer& answer) {
    QR_CHECK(answer.json_bytes <= answer.body.size());
    const std::size_t json = answer.json_bytes == 0 ? answer.body.size() : answer.json_bytes;
    QR_CHECK(answer.body.starts_with('{') && answer.body[json - 1] == '}');
}

void check_scoring(native::Payload payload, const native::ParseLimits& limits, kserve::ModelId id) {
    auto reading = kserve::read_inference(std::move(payload), buffers(), limits, id);
    if (!reading.request) return check_refusal(reading.request.error());
    RerankRequest request = *std::move(reading.request);
    VectorInput& vectors = request.vectors;
    const std::size_t queries = vectors.queries.rows + request.texts.queries.size();
    const std::size_t documents = vectors.documents.rows + request.texts.document_rows.size();
    check_side(vectors.queries, vectors.storage, request.texts.queries.size(), limits.queries_max);
    check_side(vectors.documents, vectors.storage, request.texts.document_rows.size(),
               limits.documents_max);
    QR_CHECK(request.labels.size() == request.texts.document_rows.size());
    const bool has_vectors = vectors.queries.rows > 0 && vectors.documents.rows > 0;
    QR_CHECK(!has_vectors || vectors.queries.dimension == vectors.documents.dimension);
    vectors.queries.rows = queries;
    vectors.documents.rows = documents;
    const std::vector<double> scores(queries * documents, 0.5);
    check_answer(reading.form->print(request, scores, {"id", "cpu"}));
}

void check_embedding(const native::Payload& payload, const native::ParseLimits& limits) {
    const auto request = kserve::kEmbed.parse(payload, limits);
    if (!request) return check_refusal(request.error());
    QR_CHECK(!request->texts.empty() && request->texts.size() <= limits.documents_max);
    const std::vector<float> vectors(request->texts.size(), 0.5F);
    check_answer(kserve::kEmbed.print(*request, {vectors.data(), vectors.size(), 1}, {"id", ""}));
}

}  // namespace
}  // namespace qr::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using qr::kserve::ModelId;
    constexpr std::uint8_t kJsonAlone = 255;
    if (size < 4) return EXIT_SUCCESS;
    const auto id = static_cast<ModelId>(data[0] % qr::kserve::kModelCount);
    std::optional<std::size_t> header_length = data[1] + 256U * (data[2] % 4U);
    if (data[1] == kJsonAlone) header_length.reset();
    const std::size_t shift = data[3] % 9;
    qr::native::ParseLimits limits{.documents_max = 50, .queries_max = 20};
    limits.takes_text = data[0] % 2 == 0;
    auto payload = qr::fuzz::payload_of(data + 4, size - 4, header_length, shift);
    if (id == ModelId::embed) {
        qr::fuzz::check_embedding(payload, limits);
    } else {
        qr::fuzz::check_scoring(std::move(payload), limits, id);
    }
    return EXIT_SUCCESS;
}
