#include "server/json/writer.h"

#include <array>
#include <charconv>
#include <cmath>

#include "host/base/check.h"
#include "host/base/json_escape.h"

namespace qr::json {
void Writer::key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    needs_comma_ = false;
}

void Writer::name(std::string_view name) {
    string(name);
    out_ += ':';
    needs_comma_ = false;
}

void Writer::string(std::string_view text) {
    separate();
    append_json_string(out_, text);
    needs_comma_ = true;
}

void Writer::number(double value) {
    shortest(value);
}

void Writer::number(float value) {
    shortest(value);
}

template <std::floating_point Number>
void Writer::shortest(Number value) {
    QR_CHECK(std::isfinite(value));
    std::array<char, 32> text{};
    const auto [end, code] = std::to_chars(text.data(), text.data() + text.size(), value);
    QR_CHECK(code == std::errc());
    raw({text.data(), static_cast<std::size_t>(end - text.data())});
}

void Writer::open(char bracket) {
    separate();
    out_ += bracket;
    needs_comma_ = false;
}

void Writer::close(char bracket) {
    out_ += bracket;
    needs_comma_ = true;
}

void Writer::raw(std::string_view text) {
    separate();
    out_ += text;
    needs_comma_ = true;
}

void Writer::separate() {
    if (needs_comma_) out_ += ',';
}

}  // namespace qr::json
