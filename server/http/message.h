// An HTTP request and response as the rest of the server sees them: no Beast, no sockets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"

namespace qr::http {

enum class Verb : std::uint8_t { get, head, post, put, del, options, patch, other };
std::string_view to_string(Verb verb);

struct Field {
    std::string name;  // lower case in requests
    std::string value;
};

// Small and ordered: a request has a handful.
class Fields {
  public:
    void add(std::string name, std::string value) {
        list_.push_back({std::move(name), std::move(value)});
    }
    // First value of that (lower-case) name, or empty.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    void remove(std::string_view name);  // every field of that name
    void reserve(std::size_t count) { list_.reserve(count); }
    const std::vector<Field>& list() const { return list_; }

  private:
    std::vector<Field> list_;
};

class BodyStream;
class Client;

struct Request {
    Verb verb = Verb::get;
    std::string path;   // percent-decoding is not applied: routes are plain ASCII
    std::string query;  // behind '?', undecoded
    Fields fields;
    std::optional<std::size_t> content_length;  // absent when chunked or without a body
    std::string peer;                           // "127.0.0.1:53122"
    std::string id;                             // X-Request-Id, checked, or made by us
    TimePoint started{};                        // first byte of the head
    std::string_view route;  // pattern that matched, for metrics; set by refuse()
    std::string tenant;      // key id, "" without keys; set by refuse()

    // The handler reads the body itself, from `stream`, and `storage` stays empty; set by refuse().
    bool takes_stream = false;
    BodyStream* stream = nullptr;  // while it is handled

    // What the application holds for this request, its own to read: set by refuse(), let go once
    // the answer is written or the connection has died.
    std::shared_ptr<void> held;
    Client* client = nullptr;  // while it is handled; null without a connection

    // The body, decoded (chunks joined, gzip undone), with Buffer::kPadding readable bytes behind
    // it. With `Inference-Header-Content-Length: n` the byte at body[n] is 64-byte aligned.
    Buffer storage;
    std::size_t body_offset = 0;
    std::size_t body_size = 0;
    std::string_view body() const {
        return {reinterpret_cast<const char*>(storage.data()) + body_offset, body_size};
    }
};

struct Response {
    int status = 200;
    std::string content_type = "application/json";
    Fields fields;
    std::string body;
    std::optional<Code> error;  // what the body reports, for the metrics
};

}  // namespace qr::http
