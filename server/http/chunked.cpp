#include "server/http/chunked.h"

#include <algorithm>

#include "host/base/check.h"
#include "server/http/syntax.h"

namespace qr::http {
namespace {

constexpr std::size_t kSizeDigitsMax = 15;  // so that a size never overflows

Error malformed(const char* message) {
    return {.code = Code::malformed, .message = message};
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    const char lower = to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

Result<ChunkedDecoder::Step> ChunkedDecoder::next(std::string_view input) {
    Step step;
    while (step.consumed < input.size() && state_ != State::done) {
        if (state_ == State::data) {
            step.data = input.substr(step.consumed, chunk_left_);
            step.consumed += step.data.size();
            skip_data(step.data.size());
            return step;
        }
        if (const Result<void> taken = take(input[step.consumed]); !taken.ok()) {
            return taken.error();
        }
        ++step.consumed;
    }
    return step;
}

void ChunkedDecoder::skip_data(std::size_t size) {
    QR_CHECK(size <= data_remaining());
    chunk_left_ -= size;
    if (chunk_left_ == 0) state_ = State::data_cr;
}

Result<void> ChunkedDecoder::take(char c) {
    switch (state_) {
        case State::size:
            return take_size(c);
        case State::extension:
            return take_text(c, State::size_lf);
        case State::size_lf:
            if (c != '\n') return malformed("chunk size: found CR without LF");
            return begin_chunk();
        case State::data_cr:
            return expect(c, '\r', State::data_lf);
        case State::data_lf:
            return expect(c, '\n', State::size);
        case State::trailer_line:
            if (c == '\r') {
                state_ = State::end_lf;
                return {};
            }
            if (!is_token(c)) return malformed("trailer: does not begin with a field name");
            state_ = State::trailer;
            return take_text(c, State::trailer_lf);
        case State::trailer:
            return take_text(c, State::trailer_lf);
        case State::trailer_lf:
            return expect(c, '\n', State::trailer_line);
        case State::end_lf:
            return expect(c, '\n', State::done);
        case State::data:
        case State::done:
            break;
    }
    return malformed("chunked body: bytes where none belong");
}

Result<void> ChunkedDecoder::take_size(char c) {
    if (const int value = hex_value(c); value >= 0) {
        if (++digits_ > kSizeDigitsMax) return malformed("chunk size: more than 15 digits");
        chunk_left_ = chunk_left_ * 16 + static_cast<std::size_t>(value);
        return {};
    }
    if (digits_ == 0) return malformed("chunk size: found no hexadecimal digit");
    if (c != '\r' && c != ';') return malformed("chunk size: found a character that is no digit");
    state_ = c == ';' ? State::extension : State::size_lf;
    return {};
}

// Text that is checked and dropped, up to its CR.
Result<void> ChunkedDecoder::take_text(char c, State at_cr) {
    if (c == '\r') {
        state_ = at_cr;
        return {};
    }
    if (!is_field_text(c)) return malformed("chunked body: found a control character");
    if (overhead_left_ == 0) {
        return Error{.code = Code::too_large,
                     .message = "chunked body: extensions and trailers exceed their limit"};
    }
    --overhead_left_;
    return {};
}

Result<void> ChunkedDecoder::expect(char found, char wanted, State next) {
    if (found != wanted) return malformed("chunked body: a line or chunk does not end in CR LF");
    state_ = next;
    return {};
}

Result<void> ChunkedDecoder::begin_chunk() {
    digits_ = 0;
    if (chunk_left_ > data_left_max_) {
        return Error{.code = Code::too_large, .message = "body: larger than allowed"};
    }
    data_left_max_ -= chunk_left_;
    state_ = chunk_left_ == 0 ? State::trailer_line : State::data;
    return {};
}

}  // namespace qr::http
