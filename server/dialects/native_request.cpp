#include "server/dialects/native_request.h"

#include <array>
#include <limits>
#include <new>
#include <string>
#include <utility>

#include "host/base/misfit.h"
#include "server/dialects/original.h"

namespace qr::native {
namespace {

constexpr json::IntegerRange kTimeoutMs = {1, 600'000};
constexpr json::IntegerRange kPriorities = {0, 999};
constexpr json::IntegerRange kTopNs = {0, std::numeric_limits<std::int32_t>::max()};
constexpr std::size_t kModelBytesMax = 256;
constexpr std::string_view kPrecisions = "\"double\", \"auto\"";

enum SentencesField : std::size_t { kSource, kSentences };
constexpr std::array<std::string_view, 2> kSentencesFields = {"source_sentence", "sentences"};

constexpr std::size_t kChoicesMax = 8;  // on one path

std::string method_names() {
    std::string names;
    for (const scoring::MethodInfo& method : scoring::kMethods)
        names += (names.empty() ? "" : ", ") + std::string(method.name);
    return names;
}

}  // namespace

Result<Parts> split(const Payload& payload) {
    const std::span bytes(payload.storage.data() + payload.offset, payload.size);
    const std::size_t length = payload.header_length.value_or(payload.size);
    if (length > payload.size) {
        return Error{
            .code = Code::malformed,
            .message = misfit_text("Inference-Header-Content-Length", std::to_string(length),
                                   "at most the body's " + std::to_string(payload.size) + " bytes"),
            .found = std::to_string(length),
            .allowed = "at most " + std::to_string(payload.size)};
    }
    Parts parts{{reinterpret_cast<const char*>(bytes.data()), length}, {}};
    if (payload.header_length) parts.tensors = TensorTail(bytes.subspan(length));
    return parts;
}

// Four characters of base64 make three bytes, numbers in text are longer: the documents' rows fit
// the hint in all but unusual requests (few digits, small dtypes).
RequestReader::RequestReader(const Parts& parts, BufferPool& buffers, const ParseLimits& limits)
    : reader_(parts.json),
      warnings_(limits.warnings_max),
      tensors_(parts.tensors),
      context_{reader_, warnings_, tensors_, buffers, limits},
      queries_(context_, Role::query, 0),
      documents_(context_, Role::document, parts.json.size() / 4 * 3) {
    queries_.face(documents_);
    documents_.face(queries_);
}

std::size_t RequestReader::choose(std::span<const dialects::ScoringChoice> choices) {
    if (choices.size() < 2) return 0;
    QR_CHECK(choices.size() <= kChoicesMax);
    for (const bool yields : {false, true}) {
        std::array<std::string_view, kChoicesMax> marks;
        std::array<std::size_t, kChoicesMax> indexes{};
        std::size_t count = 0;
        for (std::size_t i = 0; i < choices.size(); ++i) {
            if (choices[i].yields != yields) continue;
            marks[count] = choices[i].mark;
            indexes[count++] = i;
        }
        if (count == 0) continue;
        const std::size_t found = reader_.first_of(std::span(marks).first(count));
        if (found < count) return indexes[found];
    }
    return 0;
}

Result<void> RequestReader::read(const Grammar& grammar) {
    request_.method = grammar.method;
    request_.top_n = grammar.top_n;
    request_.return_documents = grammar.returns_documents;
    const auto root = reader_.root();
    if (!root) return root.error();
    const json::Path whole;
    json::Fields fields(reader_, *root, whole, grammar.names, warnings_);
    return fields.each([&](std::size_t field, json::Value& value, const json::Path& path) {
        return read_field(grammar.meanings[field], value, path);
    });
}

Result<void> RequestReader::read_field(Meaning meaning, json::Value& value,
                                       const json::Path& path) {
    switch (meaning) {
        case Meaning::query:
        case Meaning::queries:
        case Meaning::query_or_queries:
            return read_queries(meaning, value, path);
        case Meaning::documents:
        case Meaning::document_or_documents:
            return read_documents(meaning, value, path);
        case Meaning::source_and_sentences:
            return read_sentences(value, path);
        case Meaning::collection:
            return read_collection(value, path);
        case Meaning::k:
        case Meaning::filter:
        case Meaning::return_vectors:
        case Meaning::certify:
            return read_search_option(meaning, value, path);
        default:
            return read_option(meaning, value, path);
    }
}

Result<void> RequestReader::read_queries(Meaning meaning, json::Value& value,
                                         const json::Path& path) {
    if (queries_.count() != 0) {
        return json::invalid_at(path, "both \"query\" and \"queries\"", "one of them");
    }
    request_.is_query_list = meaning != Meaning::query;
    if (meaning == Meaning::query) return queries_.read_one(value, path);
    return meaning == Meaning::queries ? queries_.read_list(value, path)
                                       : queries_.read_one_or_list(value, path);
}

Result<void> RequestReader::read_documents(Meaning meaning, json::Value& value,
                                           const json::Path& path) {
    if (documents_.count() != 0) {
        return json::invalid_at(path, "the documents under a second name", "once");
    }
    return meaning == Meaning::documents ? documents_.read_list(value, path)
                                         : documents_.read_one_or_list(value, path);
}

Result<void> RequestReader::read_sentences(json::Value& value, const json::Path& path) {
    auto object = reader_.object(value, path, "an object with source_sentence and sentences");
    if (!object) return object.error();
    json::Fields fields(reader_, *object, path, kSentencesFields, warnings_);
    return fields.each([this](std::size_t field, json::Value& side, const json::Path& here) {
        return read_field(field == kSource ? Meaning::query : Meaning::documents, side, here);
    });
}

Result<void> RequestReader::read_option(Meaning meaning, json::Value& value,
                                        const json::Path& path) {
    switch (meaning) {
        case Meaning::timeout:
        case Meaning::priority:
        case Meaning::top_n:
        case Meaning::top_k:
            return read_number(meaning, value, path);
        case Meaning::method:
        case Meaning::original_method:
        case Meaning::precision:
            return read_word(meaning, value, path);
        case Meaning::model:
            return read_model(value, path);
        case Meaning::return_documents: {
            const auto flag = reader_.boolean(value, path);
            if (!flag) return flag.error();
            request_.return_documents = *flag;
            return {};
        }
        default:
            if (meaning == Meaning::unused) warnings_.add(path.pointer() + ": has no effect here");
            return reader_.skip(value, path);
    }
}

Result<void> RequestReader::read_number(Meaning meaning, json::Value& value,
                                        const json::Path& path) {
    const json::IntegerRange range = meaning == Meaning::timeout    ? kTimeoutMs
                                     : meaning == Meaning::priority ? kPriorities
                                                                    : kTopNs;
    const auto number = reader_.integer(value, path, range);
    if (!number) return number.error();
    if (meaning == Meaning::timeout) {
        request_.timeout = std::chrono::milliseconds(*number);
    } else if (meaning == Meaning::priority) {
        request_.priority = static_cast<int>(*number);
    } else {
        request_.top_n = static_cast<std::size_t>(*number);
        has_top_k_ = has_top_k_ || meaning == Meaning::top_k;
    }
    return {};
}

// Scores are double whatever precision is asked for; "auto" leaves room for a faster answer with
// its bound.
Result<void> RequestReader::read_word(Meaning meaning, json::Value& value, const json::Path& path) {
    const std::string allowed = meaning == Meaning::precision ? std::string(kPrecisions)
                                : meaning == Meaning::method  ? method_names()
                                                              : dialects::original_method_names();
    const auto word = reader_.string(value, path, allowed);
    if (!word) return word.error();
    if (meaning == Meaning::precision) {
        if (*word == "double" || *word == "auto") return {};
    } else if (meaning == Meaning::original_method) {
        if (const auto method = dialects::find_original_method(*word)) {
            request_.method = *method;
            return {};
        }
    } else if (const scoring::MethodInfo* method = scoring::find(*word)) {
        request_.method = method->method;
        return {};
    }
    return json::invalid_at(path, '"' + json::excerpt(*word) + '"', allowed);
}

Result<void> RequestReader::read_model(json::Value& value, const json::Path& path) {
    const auto name = reader_.string(value, path, "a string");
    if (!name) return name.error();
    if (name->size() > kModelBytesMax) {
        return json::invalid_at(path, std::to_string(name->size()) + " bytes",
                                "at most " + std::to_string(kModelBytesMax) + " bytes");
    }
    request_.model = std::string(*name);
    return {};
}

// Texts are encoded by the one encoder there is: the answer says by which.
void RequestReader::warn_of_model() {
    if (!request_.model || !request_.texts.is_empty()) return;
    warnings_.add("/model: not used, the request carries its own vectors");
}

Result<void> RequestReader::check_complete(const Grammar& grammar) const {
    if (queries_.count() == 0) {
        if (grammar.queries_at.empty())
            return found_at("/query", "nothing", "\"query\" or \"queries\"");
        return found_at(grammar.queries_at, "nothing", "a text or a vector");
    }
    if (const auto documents = check_documents(grammar); !documents) return documents;
    if (grammar.pairing == dialects::Pairing::one_to_many_or_zip && queries_.count() > 1 &&
        queries_.count() != documents_.count()) {
        return json::invalid_at(json::Path(),
                                std::to_string(queries_.count()) + " queries and " +
                                    std::to_string(documents_.count()) + " documents",
                                "one query, or as many of both");
    }
    return tensors_.finish();
}

VectorInput RequestReader::take_vectors(Payload payload) {
    VectorInput vectors{queries_.rows().view(), documents_.rows().view(), {}};
    if (queries_.rows().is_borrowed() || documents_.rows().is_borrowed()) {
        vectors.storage.push_back(std::move(payload.storage));
    }
    for (VectorSide* side : {&queries_, &documents_}) {
        if (!side->rows().is_borrowed()) {
            vectors.storage.push_back(std::move(*side).take_buffer());
        }
    }
    return vectors;
}

// Row by row as they came; the documents' texts stay in their labels.
TextInput RequestReader::take_texts() {
    TextInput texts;
    std::vector<DocumentLabel> labels = std::move(queries_).take_labels();
    texts.query_rows = std::move(queries_).take_text_rows();
    texts.document_rows = std::move(documents_).take_text_rows();
    texts.queries.reserve(texts.query_rows.size());
    for (const std::size_t row : texts.query_rows)
        texts.queries.push_back(*std::move(labels[row].text));
    return texts;
}

Result<RerankRequest> RequestReader::finish(Payload payload, const Grammar& grammar) {
    if (const auto ended = reader_.finish(); !ended) return ended.error();
    if (const auto complete = check_complete(grammar); !complete) return complete.error();
    if (grammar.documents == dialects::DocumentsNeeded::never) {
        collection();
    } else if (!names_collection_) {
        request_.collection.reset();
    }
    request_.labels = std::move(documents_).take_labels();
    request_.texts = take_texts();
    request_.vectors = take_vectors(std::move(payload));
    request_.vectors.queries_at = grammar.queries_at;
    request_.vectors.documents_at = grammar.documents_at;
    warn_of_model();
    request_.warnings = std::move(warnings_).take();
    return std::move(request_);
}

}  // namespace qr::native

namespace qr::dialects {
namespace {

ScoringReading read_parts(native::Payload payload, BufferPool& buffers,
                          const native::ParseLimits& limits,
                          std::span<const ScoringChoice> choices) {
    const ScoringForm* form = choices.front().form;
    const auto parts = native::split(payload);
    if (!parts) return {form, parts.error()};
    native::RequestReader reader(*parts, buffers, limits);
    form = choices[reader.choose(choices)].form;
    const Grammar& grammar = form->grammar;
    if (const auto read = reader.read(grammar); !read) return {form, read.error()};
    if (reader.has_top_k() && form->with_top_k != nullptr) form = form->with_top_k;
    return {form, reader.finish(std::move(payload), grammar)};
}

}  // namespace

ScoringReading read_scoring(native::Payload payload, BufferPool& buffers,
                            const native::ParseLimits& limits,
                            std::span<const ScoringChoice> choices) {
    QR_CHECK(!choices.empty());
    try {
        return read_parts(std::move(payload), buffers, limits, choices);
    } catch (const std::bad_alloc&) {
        return {choices.front().form,
                Error{.code = Code::out_of_memory, .message = "body: no memory left to parse it"}};
    }
}

}  // namespace qr::dialects
