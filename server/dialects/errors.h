// What the dialects' printers share, and the errors of each.
#pragma once

#include <string>
#include <string_view>

#include "server/dialects/dialect.h"
#include "server/json/writer.h"

namespace qr::dialects {

// The text of a document that the answer is to repeat; null where there is none or none is wanted.
inline const std::string* echoed_text(const RerankRequest& request, std::size_t index) {
    if (!request.return_documents || request.labels.empty()) return nullptr;
    const DocumentLabel& label = request.labels.at(index);
    return label.text ? &*label.text : nullptr;
}

// "results": [{"index", "id"?, "relevance_score", "document"?: {"text"}}...]
void print_results(json::Writer& out, const RerankRequest& request, const Ranking& ranking);

// "warnings": [...], where there are some.
void print_warnings(json::Writer& out, const RerankRequest& request);

// "usage": {"prompt_tokens": n, "total_tokens": n}
void print_usage(json::Writer& out, std::size_t tokens);

int tei_status(const Error& error);
int openai_status(const Error& error);
int kserve_status(const Error& error);
// Each prints the fields of an object that is open.
void print_tei_error(json::Writer& out, const Error& error);
void print_openai_error(json::Writer& out, const Error& error);

}  // namespace qr::dialects
