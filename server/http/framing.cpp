#include "server/http/framing.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <string>
#include <utility>

#include "server/http/syntax.h"

namespace qr::http {
namespace {

namespace beast = boost::beast;
using boost::optional;

Error malformed(std::string message) {
    return {.code = Code::malformed, .message = std::move(message)};
}

Verb verb_of(beast::http::verb verb) {
    switch (verb) {
        case beast::http::verb::get:
            return Verb::get;
        case beast::http::verb::head:
            return Verb::head;
        case beast::http::verb::post:
            return Verb::post;
        case beast::http::verb::put:
            return Verb::put;
        case beast::http::verb::delete_:
            return Verb::del;
        case beast::http::verb::options:
            return Verb::options;
        case beast::http::verb::patch:
            return Verb::patch;
        default:
            return Verb::other;
    }
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = to_lower(c);
    return result;
}

// Beast's grammar, delivering straight into our own types: its own containers are never filled.
class HeadParser final : public beast::http::basic_parser<true> {
  public:
    explicit HeadParser(const Limits& limits) {
        constexpr std::size_t kFieldsUsual = 16;
        header_limit(static_cast<std::uint32_t>(limits.head_bytes_max));
        skip(true);
        head.request.fields.reserve(kFieldsUsual);
    }

    Head head;
    std::string target;
    int version = 0;

  private:
    using View = beast::string_view;
    using Code = beast::error_code;

    void on_request_impl(beast::http::verb verb, View, View target_found, int version_found,
                         Code&) override {
        head.request.verb = verb_of(verb);
        target = target_found;
        version = version_found;
    }
    void on_field_impl(beast::http::field, View name, View value, Code&) override {
        head.request.fields.add(lower(name), std::string(value));
    }

    // A head alone is ever fed: what concerns responses and bodies has nothing to do.
    void on_response_impl(int, View, int, Code&) override {}
    void on_header_impl(Code&) override {}
    void on_body_init_impl(const optional<std::uint64_t>&, Code&) override {}
    std::size_t on_body_impl(View body, Code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, View, Code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, View body, Code&) override { return body.size(); }
    void on_finish_impl(Code&) override {}
};

Result<void> check_field_line(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') {
        return malformed("header: a line begins with white space (obs-fold), which is refused");
    }
    const std::size_t colon = line.find(':');
    if (colon == 0 || colon == std::string_view::npos) {
        return malformed("header: a line without 'name:'");
    }
    for (const char c : line.substr(0, colon)) {
        if (!is_token(c)) return malformed("header: a name holds a character outside RFC 9110");
    }
    for (const char c : line.substr(colon + 1)) {
        if (!is_field_text(c)) return malformed("header: a value holds a control character");
    }
    return {};
}

Result<void> check_request_line(std::string_view line) {
    for (const char c : line) {
        if (const auto byte = static_cast<unsigned char>(c); byte < 0x20 || byte > 0x7E) {
            return malformed("request line: found a byte outside printable ASCII");
        }
    }
    if (!line.ends_with(" HTTP/1.1") && !line.ends_with(" HTTP/1.0")) {
        return malformed("request line: allowed is 'METHOD target HTTP/1.1' (or 1.0)");
    }
    return {};
}

// What Beast would accept or repair, on the bytes themselves.
Result<void> check_lines(std::string_view bytes, const Limits& limits) {
    if (bytes.size() > limits.head_bytes_max) {
        return Error{.code = Code::headers_too_large,
                     .message = "head: found " + std::to_string(bytes.size()) + " bytes, allowed " +
                                std::to_string(limits.head_bytes_max)};
    }
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < bytes.size(); ++lines) {
        const std::size_t end = bytes.find("\r\n", begin);
        if (end == std::string_view::npos) return malformed("head: a line does not end in CR LF");
        const std::string_view line = bytes.substr(begin, end - begin);
        begin = end + 2;
        if (line.empty()) {
            if (begin == bytes.size()) return {};
            return malformed("head: bytes behind the empty line that ends it");
        }
        if (lines > limits.fields_max) {
            return Error{
                .code = Code::headers_too_large,
                .message = "head: more than " + std::to_string(limits.fields_max) + " fields"};
        }
        const Result<void> checked = lines == 0 ? check_request_line(line) : check_field_line(line);
        if (!checked.ok()) return checked.error();
    }
    return malformed("head: does not end in an empty line");
}

// Path and query of origin-form, asterisk-form (OPTIONS alone) and absolute-form.
Result<void> split_target(std::string_view target, Request& request) {
    if (target == "*" && request.verb == Verb::options) {
        request.path = target;
        return {};
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
        target.remove_prefix(scheme.size());
        const std::size_t authority = std::min(target.find_first_of("/?"), target.size());
        if (authority == 0) return malformed("request target: a URL without a host");
        target.remove_prefix(authority);
        if (target.empty() || target.front() == '?') request.path = "/";
        break;
    }
    if (request.path.empty() && !target.starts_with('/')) {
        return malformed("request target: allowed is a path that begins with '/', or a URL");
    }
    if (target.find('#') != std::string_view::npos) {
        return malformed("request target: found a fragment ('#'), which is never sent");
    }
    const std::size_t mark = std::min(target.find('?'), target.size());
    request.path += target.substr(0, mark);
    if (mark < target.size()) request.query = target.substr(mark + 1);
    return {};
}

Result<std::size_t> parse_length(std::string_view text) {
    std::size_t length = 0;
    const char* end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, length);
    if (text.empty() || !is_digit(text.front()) || stop != end || code != std::errc()) {
        return malformed("Content-Length: found '" + std::string(text) +
                         "', allowed: one decimal number");
    }
    return length;
}

bool is_host(std::string_view host) {
    constexpr std::string_view kMarks = "-._~%!$&'()*+,;=:[]";
    return std::ranges::all_of(host, [&](char c) {
        return is_alphanumeric(c) || kMarks.find(c) != std::string_view::npos;
    });
}

// The fields that decide where this request ends and which come at most once.
struct Framing {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::size_t encodings = 0;
    std::string_view host, length, encoding;
};

Framing collect(const Fields& fields) {
    Framing framing;
    for (const Field& field : fields.list()) {
        if (field.name == "host") {
            ++framing.hosts;
            framing.host = field.value;
        } else if (field.name == "content-length") {
            ++framing.lengths;
            framing.length = field.value;
        } else if (field.name == "transfer-encoding") {
            ++framing.encodings;
            framing.encoding = field.value;
        }
    }
    return framing;
}

// Beast refuses some of these by itself; the rule must not hang on its version.
Result<void> frame_body(const Framing& framing, Head& head) {
    if (framing.encodings > 0 && framing.lengths > 0) {
        return malformed("found both Transfer-Encoding and Content-Length, allowed: one of them");
    }
    if (framing.lengths > 1) {
        return malformed("Content-Length: found " + std::to_string(framing.lengths) +
                         " fields, allowed: 1");
    }
    if (framing.encodings > 0) {
        if (framing.encodings > 1 || head.is_http_1_0 ||
            !equals_ignoring_case(framing.encoding, "chunked")) {
            return malformed("Transfer-Encoding: allowed is exactly 'chunked', once, on HTTP/1.1");
        }
        head.body = BodyKind::chunked;
        return {};
    }
    if (framing.lengths == 0) return {};
    const Result<std::size_t> length = parse_length(framing.length);
    if (!length.ok()) return length.error();
    head.body = BodyKind::sized;
    head.request.content_length = *length;
    return {};
}

Result<void> check_host(const Framing& framing, bool is_http_1_0) {
    if (framing.hosts > 1 || (framing.hosts == 0 && !is_http_1_0)) {
        return malformed("Host: found " + std::to_string(framing.hosts) + " fields, allowed: 1");
    }
    if (!is_host(framing.host)) return malformed("Host: not a host name, with or without a port");
    return {};
}

Expectation expectation_of(const Head& head) {
    if (head.is_http_1_0 || !head.request.fields.has("expect")) return Expectation::none;
    const std::string_view expect = head.request.fields.get("expect");
    return equals_ignoring_case(expect, "100-continue") ? Expectation::go_ahead
                                                        : Expectation::unknown;
}

}  // namespace

Result<std::optional<HeadScanner::Extent>> HeadScanner::scan(std::string_view bytes) {
    while (true) {
        if (begin_ < bytes.size() && bytes[begin_] != '\r' && !is_token(bytes[begin_])) {
            return malformed("request line: does not begin with a method");
        }
        const std::size_t end = bytes.find('\n', scanned_);
        if (end == std::string_view::npos) {
            scanned_ = bytes.size();
            return std::optional<Extent>();
        }
        if (end == 0 || bytes[end - 1] != '\r') return malformed("head: found LF without CR");
        const bool is_empty_line = end == line_ + 1;
        line_ = scanned_ = end + 1;
        if (!is_empty_line) continue;
        if (begin_ + 2 < line_) return std::optional(Extent{begin_, line_});
        begin_ = line_;
        if (begin_ > 2 * kEmptyLinesMax) return malformed("head: empty lines before the request");
    }
}

Result<Head> parse_head(std::string_view bytes, const Limits& limits) {
    if (const Result<void> checked = check_lines(bytes, limits); !checked.ok()) {
        return checked.error();
    }
    HeadParser parser(limits);
    beast::error_code code;
    parser.put(boost::asio::buffer(bytes.data(), bytes.size()), code);
    if (code || !parser.is_header_done()) return malformed("head: " + code.message());

    Head head = std::move(parser.head);
    head.is_http_1_0 = parser.version == 10;
    head.is_kept_alive = parser.keep_alive();
    head.expectation = expectation_of(head);
    if (const Result<void> split = split_target(parser.target, head.request); !split.ok()) {
        return split.error();
    }
    const Framing framing = collect(head.request.fields);
    if (const Result<void> host = check_host(framing, head.is_http_1_0); !host.ok()) {
        return host.error();
    }
    if (const Result<void> body = frame_body(framing, head); !body.ok()) return body.error();
    return head;
}

}  // namespace qr::http
