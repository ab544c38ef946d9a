// One keep-alive connection: writes a request, reads its answer, as far as the socket goes now.
//
// It never waits and knows no time; the driver asks it to advance() whenever the socket may be
// ready. An answer may come before the request is written whole (a refusal at the head): then the
// answer counts at once and the rest is written out before the connection is free again.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "perf/load/response_parser.h"
#include "perf/load/tally.h"

namespace qr::load {

class Connection {
  public:
    Connection() = default;
    ~Connection() { close(); }
    Connection(Connection&& other) noexcept;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection& operator=(Connection&&) = delete;

    // Begins to connect. The reason, where not even that was possible.
    std::optional<std::string> open(const sockaddr_in& address);
    void close();
    int fd() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }

    // Head and body are borrowed until the request is written or the connection closed.
    void begin(std::string_view head, std::string_view body, ResponseParser::Body answer_body);

    struct Outcome {
        enum class Kind : std::uint8_t { pending, answered, failed } kind = Kind::pending;
        Failure failure = Failure::closed;
        std::string why = {};
    };
    // Of the request under way. Once answered or failed the caller looks at the rest.
    Outcome advance();

    const ResponseParser& answer() const { return parser_; }
    // After an answer: whether the next request may go out here; maybe not yet.
    bool is_reusable() const { return !parser_.closes() && !has_ended_; }
    bool is_written() const { return head_.empty() && body_.empty(); }
    // Writes what is left of an answered request; false when the connection broke.
    bool finish_writing();
    // Of a free connection: whether the server has neither closed it nor sent anything.
    bool is_quiet() const;

  private:
    bool write(std::string& why);
    Outcome read();
    Outcome broken(std::string why);

    int fd_ = -1;
    bool is_connected_ = false;
    bool has_served_ = false;  // an answer came here before
    bool has_ended_ = false;   // the server closed its side
    std::string_view head_, body_;
    ResponseParser parser_;
};

}  // namespace qr::load
