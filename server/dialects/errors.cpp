#include "server/dialects/errors.h"

#include <array>

namespace qr::dialects {
namespace {

struct PathDialect {
    std::string_view prefix;
    Dialect dialect;
};

// The first that a path begins with. /rerank belongs to two dialects until its body is known.
constexpr std::array<PathDialect, 13> kPaths = {{
    {"/tei/", Dialect::tei},
    {"/cohere/", Dialect::cohere},
    {"/jina/", Dialect::jina},
    {"/voyage/", Dialect::voyage},
    {"/v2/rerank", Dialect::cohere},
    {"/v2", Dialect::kserve},
    {"/rerank", Dialect::tei},
    {"/invocations", Dialect::tei},
    {"/embed", Dialect::tei},
    {"/similarity", Dialect::tei},
    {"/tokenize", Dialect::tei},
    {"/decode", Dialect::tei},
    {"/info", Dialect::tei},
}};
constexpr std::array<std::string_view, 4> kOpenaiPaths = {"/v1/embeddings", "/embeddings",
                                                          "/v1/models", "/score"};

}  // namespace

Dialect dialect_of(std::string_view path) {
    if (path == "/") return Dialect::tei;
    for (const std::string_view exact : kOpenaiPaths) {
        if (path == exact || (path.starts_with(exact) && path[exact.size()] == '/')) {
            return Dialect::openai;
        }
    }
    for (const PathDialect& entry : kPaths) {
        if (path.starts_with(entry.prefix)) return entry.dialect;
    }
    return Dialect::native;
}

int status_of(Dialect dialect, const Error& error) {
    switch (dialect) {
        case Dialect::tei:
            return tei_status(error);
        case Dialect::openai:
            return openai_status(error);
        case Dialect::kserve:
            return kserve_status(error);
        default:
            return native::status_of(error.code);
    }
}

std::string print_error(Dialect dialect, const Error& error, std::string_view id) {
    if (dialect == Dialect::native) return native::print_error(error, id);
    json::Writer out;
    out.begin_object();
    switch (dialect) {
        case Dialect::tei:
            print_tei_error(out, error);
            break;
        case Dialect::cohere:
            out.field("id", id);
            out.field("message", error.message);
            break;
        case Dialect::openai:
            print_openai_error(out, error);
            break;
        case Dialect::kserve:
            out.field("error", error.message);
            break;
        default:
            out.field("detail", error.message);
    }
    out.end_object();
    return std::move(out).take();
}

void print_warnings(json::Writer& out, const RerankRequest& request) {
    if (request.warnings.empty()) return;
    out.key("warnings");
    out.begin_array();
    for (const std::string& warning : request.warnings)
        out.string(warning);
    out.end_array();
}

void print_usage(json::Writer& out, std::size_t tokens) {
    out.key("usage");
    out.begin_object();
    out.key("prompt_tokens");
    out.integer(tokens);
    out.key("total_tokens");
    out.integer(tokens);
    out.end_object();
}

}  // namespace qr::dialects
