#include "perf/load/response_parser.h"

#include <algorithm>
#include <charconv>

namespace qr::load {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kVersion = "HTTP/1.1 ";
constexpr std::size_t kStatusDigits = 3;
constexpr std::size_t kShownMax = 60;  // of foreign bytes in a message

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_token(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
}

bool is_control(char c) {
    return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == '\x7f';
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return result;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string shown(std::string_view text) {
    std::string result = "'";
    for (const char c : text.substr(0, kShownMax))
        result += is_control(c) ? '?' : c;
    return result + "'";
}

}  // namespace

ResponseParser::Progress ResponseParser::refuse(std::string what) {
    if (refusal_.empty()) refusal_ = std::move(what);
    return Progress::refused;
}

ResponseParser::Progress ResponseParser::feed(std::string_view bytes) {
    if (!refusal_.empty()) return Progress::refused;
    if (!has_head_) {
        const std::size_t before = head_.size();
        head_.append(bytes.substr(0, kHeadBytesMax - before));
        const std::size_t from = before - std::min(before, kHeadEnd.size() - 1);
        const std::size_t end = head_.find(kHeadEnd, from);
        if (end == head_.npos) {
            if (head_.size() < kHeadBytesMax) return Progress::more;
            return refuse("head: longer than the allowed " + std::to_string(kHeadBytesMax) +
                          " bytes");
        }
        bytes.remove_prefix(end + kHeadEnd.size() - before);
        head_.resize(end + kLineEnd.size());
        has_head_ = true;
        if (!parse_head(head_)) return Progress::refused;
    }
    body_bytes_ += bytes.size();
    if (body_bytes_ > length_) {
        return refuse("body: " + std::to_string(body_bytes_) + " bytes, Content-Length allows " +
                      std::to_string(length_));
    }
    return body_bytes_ == length_ ? Progress::done : Progress::more;
}

bool ResponseParser::parse_head(std::string_view head) {
    for (bool is_first = true; !head.empty(); is_first = false) {
        const std::size_t end = head.find(kLineEnd);
        const std::string_view line = head.substr(0, end);
        head.remove_prefix(end + kLineEnd.size());
        if (!(is_first ? parse_status(line) : parse_field(line))) return false;
    }
    constexpr int kNoContent = 204;
    constexpr int kNotModified = 304;
    const bool is_bare = rule_ == Body::none || status_ == kNoContent || status_ == kNotModified;
    if (!is_bare && !has_length_) {
        refuse("Content-Length: absent, allowed is exactly one");
        return false;
    }
    if (is_bare) length_ = 0;
    return true;
}

bool ResponseParser::parse_status(std::string_view line) {
    const std::string_view digits =
        line.starts_with(kVersion) ? line.substr(kVersion.size(), kStatusDigits) : "";
    const std::string_view rest =
        line.substr(std::min(line.size(), kVersion.size() + kStatusDigits));
    const bool is_good = digits.size() == kStatusDigits && std::ranges::all_of(digits, is_digit) &&
                         digits[0] >= '2' && digits[0] <= '5' && rest.starts_with(' ') &&
                         std::ranges::none_of(rest, is_control);
    if (!is_good) {
        refuse("status line: " + shown(line) + ", allowed is HTTP/1.1 200..599 and a reason");
        return false;
    }
    std::from_chars(digits.data(), digits.data() + digits.size(), status_);
    return true;
}

bool ResponseParser::parse_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    const std::string name = lower(line.substr(0, colon));
    if (colon == line.npos || name.empty() || !std::ranges::all_of(name, is_token) ||
        std::ranges::any_of(line, is_control)) {
        refuse("field: " + shown(line) + ", allowed is Name: value");
        return false;
    }
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "content-length") return parse_length(value);
    if (name == "transfer-encoding") {
        refuse("Transfer-Encoding: " + shown(value) + ", allowed is a Content-Length instead");
        return false;
    }
    if (name == "connection") closes_ = closes_ || lower(value) == "close";
    if (name == "retry-after") has_retry_after_ = !value.empty();
    return true;
}

bool ResponseParser::parse_length(std::string_view value) {
    const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), length_);
    const bool is_number = !value.empty() && std::ranges::all_of(value, is_digit) &&
                           code == std::errc() && end == value.data() + value.size();
    if (!is_number || has_length_) {
        refuse("Content-Length: " + shown(value) + (has_length_ ? " a second time" : "") +
               ", allowed is one whole number");
        return false;
    }
    has_length_ = true;
    return true;
}

}  // namespace qr::load
