#include "server/http/response_head.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "server/http/syntax.h"

namespace qr::http {
namespace {

struct Reason {
    int status;
    std::string_view phrase;
};
constexpr std::array kReasons{
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{206, "Partial Content"},
    Reason{301, "Moved Permanently"},
    Reason{302, "Found"},
    Reason{304, "Not Modified"},
    Reason{307, "Temporary Redirect"},
    Reason{308, "Permanent Redirect"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{406, "Not Acceptable"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{411, "Length Required"},
    Reason{412, "Precondition Failed"},
    Reason{413, "Content Too Large"},
    Reason{415, "Unsupported Media Type"},
    Reason{417, "Expectation Failed"},
    Reason{422, "Unprocessable Content"},
    Reason{424, "Failed Dependency"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{499, "Client Closed Request"},
    Reason{500, "Internal Server Error"},
    Reason{501, "Not Implemented"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
    Reason{507, "Insufficient Storage"},
};

constexpr std::array<std::string_view, 7> kOurs{
    "connection", "content-length", "content-type",     "date",
    "server",     "x-request-id",   "transfer-encoding"};

bool is_ours(std::string_view name) {
    return std::ranges::any_of(
        kOurs, [&](std::string_view ours) { return equals_ignoring_case(name, ours); });
}

void append_number(std::string& text, std::size_t number) {
    std::array<char, 20> digits;
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    text.append(digits.data(), result.ptr);
}

void append_field(std::string& head, std::string_view name, std::string_view value) {
    head.append(name).append(": ");
    const std::size_t begin = head.size();
    head.append(value);
    std::replace_if(
        head.begin() + static_cast<std::ptrdiff_t>(begin), head.end(),
        [](char c) { return !is_field_text(c); }, ' ');
    head.append("\r\n");
}

}  // namespace

std::string_view reason_of(int status) {
    const auto found = std::ranges::find(kReasons, status, &Reason::status);
    return found == kReasons.end() ? std::string_view("Unknown") : found->phrase;
}

bool has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

std::string_view DateLine::at(std::time_t now) {
    if (now == printed_) return text_;
    constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> line;
    const int size = std::snprintf(line.data(), line.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                   kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                                   kMonths.at(static_cast<std::size_t>(parts.tm_mon)),
                                   parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
    text_.assign(line.data(), static_cast<std::size_t>(size));
    printed_ = now;
    return text_;
}

void print_head(const Response& response, std::string_view id, std::string_view date,
                ConnectionField connection, std::string& head) {
    head = "HTTP/1.1 ";
    append_number(head, static_cast<std::size_t>(response.status));
    head.append(" ").append(reason_of(response.status));
    head.append("\r\nServer: quantumrerank\r\nDate: ").append(date).append("\r\n");
    if (has_body(response.status)) {
        if (!response.content_type.empty()) {
            append_field(head, "Content-Type", response.content_type);
        }
        head.append("Content-Length: ");
        append_number(head, response.body.size());
        head.append("\r\n");
    }
    if (!id.empty()) append_field(head, "X-Request-Id", id);
    if (connection == ConnectionField::close) head.append("Connection: close\r\n");
    if (connection == ConnectionField::keep_alive) head.append("Connection: keep-alive\r\n");
    for (const Field& field : response.fields.list()) {
        const bool is_name = !field.name.empty() && std::ranges::all_of(field.name, is_token);
        if (is_name && !is_ours(field.name)) append_field(head, field.name, field.value);
    }
    head.append("\r\n");
}

}  // namespace qr::http
