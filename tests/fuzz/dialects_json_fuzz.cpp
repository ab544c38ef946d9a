// Any bytes as a JSON body of any dialect, texts included. The first byte of the input chooses the
// form, or what else reads texts.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "host/rerank/text_rows.h"
#include "request_invariants.h"
#include "server/dialects/dialects.h"
#include "server/dialects/embedding.h"
#include "server/dialects/tei_model.h"

namespace qr::fuzz {
namespace {

using dialects::ScoringChoice;

constexpr std::size_t kDimension = 2;  // of the stand-in for an encoder

const std::array<std::vector<ScoringChoice>, 10>& forms() {
    using namespace dialects;
    static const std::array<std::vector<ScoringChoice>, 10> all = {{
        {{"documents", &kNativeRerank},
         {"texts", &kTeiRerank},
         {"candidates", &kOriginalRerank},
         {"passages", &kNimRanking}},
        {{"query", &kNativeScore}, {"text_1", &kVllmScore}, {"items", &kVllmScore}},
        {{"", &kTeiRerank}},
        {{"", &kTeiSimilarity}},
        {{"", &kCohereV1Rerank}},
        {{"", &kCohereV2Rerank}},
        {{"", &kJinaRerank}},
        {{"", &kVoyageRerank}},
        {{"", &kVllmScore}},
        {{"", &kOriginalRerank}},
    }};
    return all;
}

EncodedTexts encoded(const RerankRequest& request) {
    const std::vector<EncoderInput> inputs = encoder_inputs(request);
    EncodedTexts made{.rows = Buffer(inputs.size() * kDimension * sizeof(float)),
                      .dimension = kDimension};
    auto* const rows = reinterpret_cast<float*>(made.rows.data());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        bytes += inputs[i].text.size();
        for (const char c : inputs[i].text)
            bytes += static_cast<unsigned char>(c);  // a sanitizer sees a dangling text
        rows[i * kDimension] = static_cast<float>(bytes);
        rows[i * kDimension + 1] = 1;
        if (inputs[i].text.empty()) made.unknown.push_back(i);
    }
    return made;
}

void check_scoring(native::Payload payload, const native::ParseLimits& limits, std::size_t form) {
    auto reading = read_scoring(std::move(payload), buffers(), limits, forms()[form]);
    const dialects::Dialect dialect = reading.form->dialect;
    if (!reading.request) {
        check_refusal(reading.request.error());
        QR_CHECK(!dialects::print_error(dialect, reading.request.error(), "id").empty());
        return;
    }
    RerankRequest request = *std::move(reading.request);
    if (request.collection) return;  // native_json_fuzz checks those
    if (!request.texts.is_empty()) {
        const auto placed = place_vectors(request, encoded(request), buffers());
        if (!placed) return check_refusal(placed.error());
    }
    check_vectors(request.vectors, limits);
    const std::vector<double> scores(request.vectors.queries.rows * request.vectors.documents.rows,
                                     0.5);
    QR_CHECK(!reading.form->print(request, scores, {"id", "cpu"}).body.empty());
}

void check_embedding(const native::Payload& payload, const native::ParseLimits& limits,
                     const dialects::EmbeddingForm& form) {
    const auto request = form.parse(payload, limits);
    if (!request) return check_refusal(request.error());
    QR_CHECK(!request->texts.empty() && request->texts.size() <= limits.documents_max);
    const std::vector<float> vectors(request->texts.size(), 0.5F);
    QR_CHECK(!form.print(*request, {vectors.data(), vectors.size(), 1}, {"id", ""}).body.empty());
}

void check_model(const native::Payload& payload, const native::ParseLimits& limits) {
    static_cast<void>(dialects::root_request(dialects::json_of(payload)));
    const auto tokenize = dialects::parse_tokenize(payload, limits);
    if (!tokenize) check_refusal(tokenize.error());
    const auto decode = dialects::parse_decode(payload, limits);
    if (!decode) check_refusal(decode.error());
}

}  // namespace
}  // namespace qr::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace qr;
    if (size == 0) return EXIT_SUCCESS;
    const native::ParseLimits limits{.documents_max = 50,
                                     .queries_max = 20,
                                     .text_bytes_max = 100,
                                     .warnings_max = 3,
                                     .takes_text = true};
    native::Payload payload = fuzz::payload_of(data + 1, size - 1, std::nullopt, 0);
    const std::size_t choice = data[0] % (fuzz::forms().size() + 3);
    if (choice < fuzz::forms().size()) {
        fuzz::check_scoring(std::move(payload), limits, choice);
    } else if (choice == fuzz::forms().size()) {
        fuzz::check_embedding(payload, limits, dialects::kOpenaiEmbeddings);
    } else if (choice == fuzz::forms().size() + 1) {
        fuzz::check_embedding(payload, limits, dialects::kTeiEmbed);
    } else {
        fuzz::check_model(payload, limits);
    }
    return EXIT_SUCCESS;
}
