// POST /v1/score: bytes to a ScoreRequest.
#include <utility>

#include "server/dialects/native.h"
#include "server/dialects/native_request.h"

namespace qr::native {
namespace {

constexpr auto kFields = with_common_fields(std::array<std::string_view, 1>{"precision"});

// Scores are double whatever is asked for; "auto" leaves room for a faster answer with its bound.
Result<void> read_precision(std::size_t, json::Fields& fields, json::Reader& reader) {
    constexpr std::string_view kAllowed = "\"double\", \"auto\"";
    const auto name = reader.string(fields.value(), fields.path(), kAllowed);
    if (!name) return name.error();
    if (*name == "double" || *name == "auto") return {};
    return json::invalid_at(fields.path(), '"' + json::excerpt(*name) + '"', std::string(kAllowed));
}

}  // namespace

Result<ScoreRequest> parse_score(Payload payload, BufferPool& buffers, const ParseLimits& limits) {
    return read_request(std::move(payload), buffers, limits, kFields, &read_precision);
}

}  // namespace qr::native
