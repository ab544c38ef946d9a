// POST /v1/rerank: bytes to a RerankRequest.
#include <limits>
#include <utility>

#include "server/dialects/native.h"
#include "server/dialects/native_request.h"

namespace qr::native {
namespace {

constexpr std::size_t kTopN = 0;
constexpr auto kFields =
    with_common_fields(std::array<std::string_view, 2>{"top_n", "return_documents"});
constexpr json::IntegerRange kTopNs = {0, std::numeric_limits<std::int32_t>::max()};

Result<void> read_own(std::size_t index, json::Fields& fields, json::Reader& reader,
                      RerankRequest& parsed) {
    if (index == kTopN) {
        const auto number = reader.integer(fields.value(), fields.path(), kTopNs);
        if (!number) return number.error();
        parsed.top_n = static_cast<std::size_t>(*number);
        return {};
    }
    const auto flag = reader.boolean(fields.value(), fields.path());
    if (!flag) return flag.error();
    parsed.return_documents = *flag;
    return {};
}

}  // namespace

Result<RerankRequest> parse_rerank(Payload payload, BufferPool& buffers,
                                   const ParseLimits& limits) {
    RerankRequest parsed;
    const ReadOwn own = [&parsed](std::size_t index, json::Fields& fields, json::Reader& reader) {
        return read_own(index, fields, reader, parsed);
    };
    auto common = read_request(std::move(payload), buffers, limits, kFields, own);
    if (!common) return std::move(common).error();
    static_cast<ScoreRequest&>(parsed) = *std::move(common);
    return parsed;
}

}  // namespace qr::native
