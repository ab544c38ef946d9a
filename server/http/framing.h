// Where a request ends, and what its head says: bytes to Head, nothing else.
//
// Pure: no socket, no clock. Stricter than the grammar asks, because a proxy in front that reads
// the same bytes differently is how requests are smuggled: whatever two readers could take two ways
// is refused. Does not judge routes, sizes of bodies or credentials.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "host/base/error.h"
#include "server/http/limits.h"
#include "server/http/message.h"

namespace qr::http {

enum class BodyKind : std::uint8_t { none, sized, chunked };
enum class Expectation : std::uint8_t { none, go_ahead, unknown };  // go_ahead: 100-continue

struct Head {
    Request request;
    BodyKind body = BodyKind::none;
    Expectation expectation = Expectation::none;
    bool is_kept_alive = false;  // as the client asked
    bool is_http_1_0 = false;
};

// Finds the end of a head while its bytes arrive, looking at each byte once.
class HeadScanner {
  public:
    struct Extent {
        std::size_t begin = 0;  // behind the empty lines that some clients send first
        std::size_t end = 0;    // behind the empty line that ends the head
    };
    // `bytes`: everything received so far. Empty while the head is incomplete. Errors: `malformed`
    // as soon as no continuation could be a head.
    Result<std::optional<Extent>> scan(std::string_view bytes);

  private:
    static constexpr std::size_t kEmptyLinesMax = 2;

    std::size_t begin_ = 0;
    std::size_t line_ = 0;     // where the current line begins
    std::size_t scanned_ = 0;  // bytes looked at
};

// `bytes`: one complete head, final empty line included. Errors: `malformed`, `headers_too_large`.
Result<Head> parse_head(std::string_view bytes, const Limits& limits);

}  // namespace qr::http
