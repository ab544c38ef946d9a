// Reads one HTTP/1.1 answer from bytes as they come, strictly: what it does not expect it refuses.
//
// It keeps the head's few facts and counts the body's bytes. Only answers with a Content-Length are
// read (and 204, 304, and those to HEAD); chunked ones, interim ones (1xx) and HTTP/1.0 are
// refused, because the server under test sends none, and so are bytes behind the answer: nobody
// asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qr::load {

class ResponseParser {
  public:
    static constexpr std::size_t kHeadBytesMax = 16 * 1024;

    enum class Progress : std::uint8_t { more, done, refused };
    enum class Body : std::uint8_t { by_length, none };  // none: the request was a HEAD

    explicit ResponseParser(Body body = Body::by_length) : rule_(body) {}

    Progress feed(std::string_view bytes);

    bool has_begun() const { return !head_.empty(); }
    // Once the answer is done:
    int status() const { return status_; }
    bool closes() const { return closes_; }
    bool has_retry_after() const { return has_retry_after_; }
    std::uint64_t body_bytes() const { return body_bytes_; }
    // Once it is refused: what was found and what is allowed.
    const std::string& refusal() const { return refusal_; }

  private:
    Progress refuse(std::string what);
    bool parse_head(std::string_view head);
    bool parse_status(std::string_view line);
    bool parse_field(std::string_view line);
    bool parse_length(std::string_view value);

    Body rule_;
    std::string head_;
    bool has_head_ = false;
    int status_ = 0;
    bool has_length_ = false;
    bool closes_ = false;
    bool has_retry_after_ = false;
    std::uint64_t length_ = 0;
    std::uint64_t body_bytes_ = 0;
    std::string refusal_;
};

}  // namespace qr::load
