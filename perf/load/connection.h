// One connection: writes a request, reads its answer, as far as the stream goes now; then the next.
//
// It never waits and knows no time; the driver asks it to advance() whenever the socket may be
// ready. An answer may come before the request is written whole (a refusal at the head): then the
// answer counts at once and the rest is written out before the connection is free again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "perf/load/response_parser.h"
#include "perf/load/stream.h"
#include "perf/load/tally.h"

namespace qr::load {

class Connection {
  public:
    // The reason, where not even connecting could begin. `tls` outlives the connection; null:
    // plain.
    std::optional<std::string> open(const sockaddr_in& address, const TlsContext* tls);
    void close();
    int fd() const { return stream_.fd(); }
    bool is_open() const { return stream_.is_open(); }

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
    bool is_quiet() { return stream_.is_quiet(); }

  private:
    enum class Written : std::uint8_t { as_far_as_it_goes, broken };
    Written write(std::string& why);
    Outcome read();
    Outcome broken(std::string why);

    Stream stream_;
    bool has_served_ = false;  // an answer came here before
    bool has_ended_ = false;   // the server closed its side
    std::string_view head_, body_;
    ResponseParser parser_;
};

}  // namespace qr::load
