#include "server/dialects/kserve_inference.h"

#include <array>
#include <new>
#include <numeric>
#include <utility>

#include "server/dialects/kserve_answer.h"
#include "server/dialects/kserve_body.h"

namespace qr::kserve {
namespace {

enum Side : std::size_t { kQuery, kDocuments };

// In static storage, as errors that are found later want it.
constexpr std::array<std::string_view, 2> kDataAt = {"/inputs/0/data", "/inputs/1/data"};

std::array<Slot, 2> sides_of(const native::ParseLimits& limits) {
    return {{{.name = "QUERY", .rows_max = limits.queries_max, .takes_text = limits.takes_text},
             {.name = "DOCUMENTS",
              .alias = "DOCS",
              .rows_max = limits.documents_max,
              .takes_text = limits.takes_text}}};
}

std::array<Slot, 1> text_of(const native::ParseLimits& limits) {
    return {{{.name = "TEXT", .rows_max = limits.documents_max, .takes_vectors = false}}};
}

std::vector<std::size_t> rows_of(const std::vector<std::string>& texts) {
    std::vector<std::size_t> rows(texts.size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    return rows;
}

// The later input is the one that is wrong.
Result<void> check_dimensions(const std::vector<Input>& inputs) {
    const std::size_t first = inputs.front().dimension();
    const std::size_t second = inputs.back().dimension();
    if (first == 0 || second == 0 || first == second) return {};
    const json::Path whole;
    const json::Path list(whole, "inputs");
    const json::Path input(list, std::size_t{1});
    return json::invalid_at(json::Path(input, "shape"), std::to_string(second) + " numbers a row",
                            std::to_string(first) + " (as the other input's)");
}

// Keeps the payload alive when a view points into it.
VectorInput vectors_of(std::vector<Input>& inputs, native::Payload payload) {
    VectorInput vectors;
    bool is_borrowed = false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        Input& input = inputs[i];
        const bool is_query = input.slot == kQuery;
        (is_query ? vectors.queries : vectors.documents) = input.numbers.view();
        (is_query ? vectors.queries_at : vectors.documents_at) = kDataAt[i];
        if (input.numbers.is_borrowed()) {
            is_borrowed = true;
        } else {
            vectors.storage.push_back(std::move(input.numbers).take_buffer());
        }
    }
    if (is_borrowed) vectors.storage.push_back(std::move(payload.storage));
    return vectors;
}

void take_texts(RerankRequest& request, Input& input) {
    if (input.texts.empty()) return;
    if (input.slot == kQuery) {
        request.texts.query_rows = rows_of(input.texts);
        request.texts.queries = std::move(input.texts);
        return;
    }
    request.texts.document_rows = rows_of(input.texts);
    request.labels.reserve(input.texts.size());
    for (std::string& text : input.texts)
        request.labels.push_back({.id = std::nullopt, .text = std::move(text)});
}

RerankRequest request_of(Body body, native::Payload payload) {
    RerankRequest request;
    request.method = body.options.method;
    request.timeout = body.options.timeout;
    request.priority = body.options.priority;
    request.top_n = body.options.top_n;
    request.ask = std::move(body.ask);
    for (Input& input : body.inputs) {
        if (input.slot == kQuery) request.is_query_list = input.rank == 2;
        take_texts(request, input);
    }
    request.vectors = vectors_of(body.inputs, std::move(payload));
    return request;
}

Result<RerankRequest> parse_sides(native::Payload payload, BufferPool& buffers,
                                  const native::ParseLimits& limits, ModelId id) {
    const auto parts = native::split(payload);
    if (!parts) return parts.error();
    const std::array<Slot, 2> slots = sides_of(limits);
    auto body = BodyReader(*parts, buffers, limits, model(id), slots).read();
    if (!body) return body.error();
    if (auto checked = check_dimensions(body->inputs); !checked) return checked.error();
    return request_of(*std::move(body), std::move(payload));
}

Error no_memory() {
    return {.code = Code::out_of_memory, .message = "body: no memory left to parse it"};
}

Result<dialects::EmbeddingRequest> parse_text(const native::Payload& payload,
                                              const native::ParseLimits& limits) {
    const auto parts = native::split(payload);
    if (!parts) return parts.error();
    const std::array<Slot, 1> slots = text_of(limits);
    BufferPool no_vectors(0);
    auto body = BodyReader(*parts, no_vectors, limits, model(ModelId::embed), slots).read();
    if (!body) return body.error();
    dialects::EmbeddingRequest request{.texts = std::move(body->inputs.front().texts),
                                       .texts_at = kDataAt.front()};
    request.timeout = body->options.timeout;
    request.ask = std::move(body->ask);
    return request;
}

Result<dialects::EmbeddingRequest> parse_embed(const native::Payload& payload,
                                               const native::ParseLimits& limits) {
    try {
        return parse_text(payload, limits);
    } catch (const std::bad_alloc&) {
        return no_memory();
    }
}

}  // namespace

const dialects::ScoringForm kRerank{
    .dialect = dialects::Dialect::kserve, .grammar = {}, .print = &print_rerank};
const dialects::ScoringForm kScore{
    .dialect = dialects::Dialect::kserve, .grammar = {}, .print = &print_score};
const dialects::EmbeddingForm kEmbed{
    .dialect = dialects::Dialect::kserve, .parse = &parse_embed, .print = &print_embed};

dialects::ScoringReading read_inference(native::Payload payload, BufferPool& buffers,
                                        const native::ParseLimits& limits, ModelId id) {
    const dialects::ScoringForm* const form = id == ModelId::rerank ? &kRerank : &kScore;
    try {
        return {form, parse_sides(std::move(payload), buffers, limits, id)};
    } catch (const std::bad_alloc&) {
        return {form, no_memory()};
    }
}

}  // namespace qr::kserve
