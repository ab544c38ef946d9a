#include "server/dialects/native_request.h"

#include <new>
#include <string>
#include <utility>

namespace qr::native {
namespace {

enum CommonField : std::size_t {
    kQuery,
    kQueries,
    kDocuments,
    kCollection,
    kMethod,
    kTimeout,
    kPriority,
    kModel
};

constexpr json::IntegerRange kTimeoutMs = {1, 600'000};
constexpr json::IntegerRange kPriorities = {0, 999};
constexpr std::size_t kModelBytesMax = 256;

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
        return Error{.code = Code::malformed,
                     .message = "Inference-Header-Content-Length: found " + std::to_string(length) +
                                ", allowed: at most the body's " + std::to_string(payload.size) +
                                " bytes",
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

Result<void> RequestReader::read(std::span<const std::string_view> known, const ReadOwn& own) {
    const auto root = reader_.root();
    if (!root) return root.error();
    const json::Path whole;
    json::Fields fields(reader_, *root, whole, known, warnings_);
    while (true) {
        const auto more = fields.next();
        if (!more) return more.error();
        if (!*more) return {};
        auto read = fields.index() < kCommonFields.size()
                        ? read_common(fields)
                        : own(fields.index() - kCommonFields.size(), fields, reader_);
        if (!read) return read;
    }
}

Result<void> RequestReader::read_common(json::Fields& fields) {
    json::Value& value = fields.value();
    const json::Path path = fields.path();
    switch (fields.index()) {
        case kQuery:
            return read_queries(value, path, false);
        case kQueries:
            return read_queries(value, path, true);
        case kDocuments:
            return documents_.read_list(value, path);
        case kCollection:
            return no_collection(value, path);
        default:
            return read_option(fields.index(), value, path);
    }
}

Result<void> RequestReader::read_queries(json::Value& value, const json::Path& path, bool is_list) {
    if (queries_.rows().rows() != 0) {
        return json::invalid_at(path, "both \"query\" and \"queries\"", "one of them");
    }
    request_.is_query_list = is_list;
    return is_list ? queries_.read_list(value, path) : queries_.read_one(value, path);
}

Result<void> RequestReader::read_option(std::size_t index, json::Value& value,
                                        const json::Path& path) {
    if (index == kMethod) return read_method(value, path);
    if (index == kModel) return read_model(value, path);
    const bool is_timeout = index == kTimeout;
    const auto number = reader_.integer(value, path, is_timeout ? kTimeoutMs : kPriorities);
    if (!number) return number.error();
    if (is_timeout) {
        request_.timeout = std::chrono::milliseconds(*number);
    } else {
        request_.priority = static_cast<int>(*number);
    }
    return {};
}

Result<void> RequestReader::read_method(json::Value& value, const json::Path& path) {
    const auto name = reader_.string(value, path, method_names());
    if (!name) return name.error();
    const scoring::MethodInfo* method = scoring::find(*name);
    if (method == nullptr) {
        return json::invalid_at(path, '"' + json::excerpt(*name) + '"', method_names());
    }
    request_.method = method->method;
    return {};
}

Result<void> RequestReader::read_model(json::Value& value, const json::Path& path) {
    const auto name = reader_.string(value, path, "a string");
    if (!name) return name.error();
    if (name->size() > kModelBytesMax) {
        return json::invalid_at(path, std::to_string(name->size()) + " bytes",
                                "at most " + std::to_string(kModelBytesMax) + " bytes");
    }
    request_.model = std::string(*name);
    warnings_.add(path.pointer() + ": not used, the request carries its own vectors");
    return {};
}

Error RequestReader::no_collection(json::Value& value, const json::Path& path) {
    const auto name = reader_.string(value, path, "a string");
    if (!name) return name.error();
    Error error = json::invalid_at(path, "the unknown collection \"" + json::excerpt(*name) + '"',
                                   "documents with their vectors: no collection is loaded");
    error.code = Code::not_found;
    return error;
}

Result<void> RequestReader::check_complete() const {
    const json::Path whole;
    if (queries_.rows().rows() == 0) {
        return json::invalid_at(json::Path(whole, "query"), "nothing", "\"query\" or \"queries\"");
    }
    if (documents_.rows().rows() == 0) {
        return json::invalid_at(json::Path(whole, "documents"), "nothing",
                                "a list of documents with vectors");
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

Result<ScoreRequest> RequestReader::finish(Payload payload) {
    if (const auto ended = reader_.finish(); !ended) return ended.error();
    if (const auto complete = check_complete(); !complete) return complete.error();
    request_.vectors = take_vectors(std::move(payload));
    request_.labels = std::move(documents_).take_labels();
    request_.warnings = std::move(warnings_).take();
    return std::move(request_);
}

Result<ScoreRequest> read_request(Payload payload, BufferPool& buffers, const ParseLimits& limits,
                                  std::span<const std::string_view> known, const ReadOwn& own) {
    try {
        const auto parts = split(payload);
        if (!parts) return parts.error();
        RequestReader request(*parts, buffers, limits);
        if (const auto read = request.read(known, own); !read) return read.error();
        return request.finish(std::move(payload));
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "body: no memory left to parse it"};
    }
}

}  // namespace qr::native
