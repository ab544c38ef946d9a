#include "perf/inputs/http_bytes.h"

#include <array>
#include <cstdio>

#include "perf/gate.h"
#include "server/http/chunked.h"

namespace qr::perf {
namespace {

// The fields of the text, line by line, names in lower case.
std::string fields_of(std::string_view head) {
    std::string fields;
    for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
        const std::size_t end = head.find("\r\n", at);
        const std::size_t colon = head.find(": ", at);
        for (const char c : head.substr(at, colon - at))
            fields += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        fields.append(head.substr(colon, end - colon)).append("\n");
        at = end + 2;
    }
    return fields;
}

}  // namespace

Result<http::Head> read_head(std::string_view bytes) {
    http::HeadScanner scanner;
    const auto extent = scanner.scan(bytes);
    if (!extent.ok()) return extent.error();
    if (!extent->has_value()) return Error{.message = "the head is incomplete"};
    return http::parse_head(bytes.substr((*extent)->begin, (*extent)->end - (*extent)->begin), {});
}

std::string pass_gate(std::string_view name, const Result<http::Head>& head) {
    if (!head.ok()) shut_gate(name, head.error().message);
    const http::Request& request = head->request;
    if (request.content_length != 307'200U) shut_gate(name, "has another length");
    std::string found = request.path + "?" + request.query + "\n";
    for (const http::Field& field : request.fields.list())
        found += field.name + ": " + field.value + "\n";
    return pass_gate(name, "/v1/rerank?trace=1\n" + fields_of(kRequestHead), found);
}

std::string chunked_text(std::string_view body, std::size_t chunk_bytes) {
    std::string text;
    while (!body.empty()) {
        const std::string_view chunk = body.substr(0, chunk_bytes);
        std::array<char, 24> size{};
        std::snprintf(size.data(), size.size(), "%zx\r\n", chunk.size());
        text.append(size.data()).append(chunk).append("\r\n");
        body.remove_prefix(chunk.size());
    }
    return text + "0\r\n\r\n";
}

std::string unchunk(std::string_view text, std::size_t size) {
    http::ChunkedDecoder decoder(http::Limits{});
    std::string body;
    body.reserve(size);
    while (!decoder.is_done() && !text.empty()) {
        const auto step = decoder.next(text);
        if (!step.ok()) return {};
        body.append(step->data);
        text.remove_prefix(step->consumed);
    }
    return body;
}

}  // namespace qr::perf
