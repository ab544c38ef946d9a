// Appends JSON text: the answers' only way to be written.
//
// Commas are the writer's business, order and nesting the caller's. Strings are escaped and always
// come out as UTF-8: a byte that is none becomes U+FFFD. Numbers are the shortest text that reads
// back as the same double; NaN and infinities have no JSON and are a bug of the caller.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace qr::json {

class Writer {
  public:
    explicit Writer(std::size_t reserved_bytes = 0) { out_.reserve(reserved_bytes); }

    void begin_object() { open('{'); }
    void end_object() { close('}'); }
    void begin_array() { open('['); }
    void end_array() { close(']'); }
    // Ours, so it holds nothing that would have to be escaped.
    void key(std::string_view name);
    // The client's, escaped.
    void name(std::string_view name);

    void string(std::string_view text);
    void number(double value);
    void number(float value);  // the shortest text that reads back as the same float
    void integer(std::integral auto value) { raw(std::to_string(value)); }
    void boolean(bool value) { raw(value ? "true" : "false"); }
    void null() { raw("null"); }

    // A field of the open object: key and value at once.
    void field(std::string_view name, std::string_view text) {
        key(name);
        string(text);
    }

    std::string take() && { return std::move(out_); }

  private:
    template <std::floating_point Number>
    void shortest(Number value);
    void open(char bracket);
    void close(char bracket);
    void raw(std::string_view text);
    void separate();

    std::string out_;
    bool needs_comma_ = false;
};

}  // namespace qr::json
