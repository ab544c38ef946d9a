// POST /v1/score: bytes to a ScoreRequest.
#include <algorithm>
#include <new>
#include <utility>

#include "server/dialects/native.h"
#include "server/dialects/native_request.h"

namespace qr::native {
namespace {

constexpr auto kFields = [] {
    std::array<std::string_view, kCommonFields.size() + 1> names{};
    std::copy(kCommonFields.begin(), kCommonFields.end(), names.begin());
    names.back() = "precision";
    return names;
}();

// Scores are double whatever is asked for; "auto" leaves room for a faster answer with its bound.
Result<void> read_precision(json::Fields& fields, json::Reader& reader) {
    constexpr std::string_view kAllowed = "\"double\", \"auto\"";
    const auto name = reader.string(fields.value(), fields.path(), kAllowed);
    if (!name) return name.error();
    if (*name == "double" || *name == "auto") return {};
    return json::invalid_at(fields.path(), '"' + json::excerpt(*name) + '"', std::string(kAllowed));
}

Result<void> read_fields(RequestReader& request) {
    const auto root = request.reader().root();
    if (!root) return root.error();
    const json::Path whole;
    json::Fields fields(request.reader(), *root, whole, kFields, request.warnings());
    while (true) {
        const auto more = fields.next();
        if (!more) return more.error();
        if (!*more) return {};
        auto read = fields.index() < kCommonFields.size()
                        ? request.read_common(fields)
                        : read_precision(fields, request.reader());
        if (!read) return read;
    }
}

Result<ScoreRequest> parse(Payload payload, BufferPool& buffers, const ParseLimits& limits) {
    const auto parts = split(payload);
    if (!parts) return parts.error();
    RequestReader request(*parts, buffers, limits);
    if (const auto read = read_fields(request); !read) return read.error();
    auto vectors = request.finish(std::move(payload));
    if (!vectors) return vectors.error();
    ScoreRequest parsed;
    parsed.vectors = *std::move(vectors);
    parsed.method = request.options().method;
    parsed.timeout = request.options().timeout;
    parsed.priority = request.options().priority;
    parsed.model = std::move(request.options().model);
    parsed.warnings = request.take_warnings();
    return parsed;
}

}  // namespace

Result<ScoreRequest> parse_score(Payload payload, BufferPool& buffers, const ParseLimits& limits) {
    try {
        return parse(std::move(payload), buffers, limits);
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "body: no memory left to parse it"};
    }
}

}  // namespace qr::native
