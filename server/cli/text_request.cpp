#include "server/cli/text_request.h"

#include <algorithm>

#include "host/base/misfit.h"
#include "host/base/utf8.h"
#include "server/json/writer.h"

namespace qr::cli {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\v\f";

Result<void> check_utf8(std::string_view text, const std::string& name) {
    const std::size_t valid = valid_utf8_prefix(text);
    if (valid == text.size()) return {};
    return Error{.code = Code::invalid,
                 .message = misfit_text(
                     name, "a byte that is not UTF-8 at byte " + std::to_string(valid), "UTF-8")};
}

void print_document(json::Writer& out, std::string_view line, std::size_t number) {
    out.begin_object();
    out.field("id", std::to_string(number));
    out.field("text", line);
    out.end_object();
}

}  // namespace

Result<std::string> text_request(const TextRequest& request, std::string_view lines,
                                 std::string_view name) {
    if (auto checked = check_utf8(request.query, "--query"); !checked) return checked.error();
    json::Writer out(lines.size() * 2);
    out.begin_object();
    out.field("query", request.query);
    if (!request.method.empty()) out.field("method", request.method);
    out.key("top_n");
    out.integer(request.top_n);
    out.key("return_documents");
    out.boolean(true);
    out.key("documents");
    out.begin_array();
    std::size_t documents = 0;
    for (std::size_t number = 1; !lines.empty(); ++number) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        std::string_view line = lines.substr(0, end);
        lines.remove_prefix(std::min(end + 1, lines.size()));
        const std::size_t last = line.find_last_not_of(kWhiteSpace);
        if (last == std::string_view::npos) continue;
        line = line.substr(0, last + 1);
        const auto checked =
            check_utf8(line, std::string(name) + ": line " + std::to_string(number));
        if (!checked) return checked.error();
        print_document(out, line, number);
        ++documents;
    }
    out.end_array();
    out.end_object();
    if (documents > 0) return std::move(out).take();
    return Error{.code = Code::invalid,
                 .message = std::string(name) + ": found no documents, allowed: one a line"};
}

}  // namespace qr::cli
