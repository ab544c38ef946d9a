// POST /v1/rerank: bytes to a RerankRequest.
#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "server/dialects/native.h"
#include "server/dialects/native_request.h"

namespace qr::native {
namespace {

constexpr std::size_t kTopN = kCommonFields.size();
constexpr auto kFields = [] {
    std::array<std::string_view, kCommonFields.size() + 2> names{};
    std::copy(kCommonFields.begin(), kCommonFields.end(), names.begin());
    names[kTopN] = "top_n";
    names[kTopN + 1] = "return_documents";
    return names;
}();

Result<void> read_own(json::Fields& fields, json::Reader& reader, RerankRequest& parsed) {
    if (fields.index() == kTopN) {
        const auto number = reader.integer(fields.value(), fields.path(),
                                           {0, std::numeric_limits<std::int32_t>::max()});
        if (!number) return number.error();
        parsed.top_n = static_cast<std::size_t>(*number);
        return {};
    }
    const auto flag = reader.boolean(fields.value(), fields.path());
    if (!flag) return flag.error();
    parsed.return_documents = *flag;
    return {};
}

Result<void> read_fields(RequestReader& request, RerankRequest& parsed) {
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
                        : read_own(fields, request.reader(), parsed);
        if (!read) return read;
    }
}

Result<RerankRequest> parse(Payload payload, BufferPool& buffers, const ParseLimits& limits) {
    const auto parts = split(payload);
    if (!parts) return parts.error();
    RequestReader request(*parts, buffers, limits);
    RerankRequest parsed;
    if (const auto read = read_fields(request, parsed); !read) return read.error();
    auto vectors = request.finish(std::move(payload));
    if (!vectors) return vectors.error();
    parsed.vectors = *std::move(vectors);
    parsed.is_query_list = request.is_query_list();
    parsed.labels = request.take_labels();
    parsed.method = request.options().method;
    parsed.timeout = request.options().timeout;
    parsed.priority = request.options().priority;
    parsed.model = std::move(request.options().model);
    parsed.warnings = request.take_warnings();
    return parsed;
}

}  // namespace

Result<RerankRequest> parse_rerank(Payload payload, BufferPool& buffers,
                                   const ParseLimits& limits) {
    try {
        return parse(std::move(payload), buffers, limits);
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "body: no memory left to parse it"};
    }
}

}  // namespace qr::native
