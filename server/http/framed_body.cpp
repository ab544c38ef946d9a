#include "server/http/framed_body.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/syntax.h"

namespace qr::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kChunkReadDirectBytes =
    std::size_t{16} * 1024;  // smaller rests come with their framing
constexpr std::string_view kGoAhead = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

std::size_t body_bytes_max(const Request& request, const Limits& limits) {
    if (!request.takes_stream) return limits.body_bytes_max;
    const std::size_t most = limits.stream_bytes_max;
    return most == 0 ? std::numeric_limits<std::size_t>::max() : most;
}

bool is_gzip(const Head& head) {
    const std::string_view coding = head.request.fields.get("content-encoding");
    return head.body != BodyKind::none &&
           (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip"));
}

FramedBody::FramedBody(const BodySource& source, const Head& head)
    : wire_(source.wire),
      clock_(source.clock),
      left_(head.request.content_length.value_or(0)),
      is_awaited_(head.expectation == Expectation::go_ahead) {
    if (head.body != BodyKind::chunked) return;
    chunks_.emplace(source.limits, body_bytes_max(head.request, source.limits));
}

Result<std::size_t> FramedBody::take_ahead(std::span<std::byte> into) {
    std::size_t taken = 0;
    while (!is_ended() && taken < into.size() && !wire_.ahead().empty()) {
        const Result<ChunkedDecoder::Step> step =
            next(wire_.ahead().substr(0, into.size() - taken));
        if (!step.ok()) return step.error();
        if (!step->data.empty()) {
            std::memcpy(into.data() + taken, step->data.data(), step->data.size());
        }
        taken += step->data.size();
        received_ += step->consumed;
        wire_.consume(step->consumed);
    }
    return taken;
}

asio::awaitable<Result<std::size_t>> FramedBody::read(std::span<std::byte> into, Pace& pace) {
    while (true) {
        const Result<std::size_t> taken = take_ahead(into);
        if (!taken.ok() || *taken > 0 || is_ended()) co_return taken;
        if (std::exchange(is_awaited_, false) && received_ == 0) {
            constexpr std::string_view kNoBody;
            auto writing = wire_.write(kGoAhead, kNoBody);
            co_await std::move(writing);  // a failure shows again when the body is read
        }
        wire_.set_deadline(pace.deadline());
        const std::size_t direct = std::min(into.size(), direct_bytes());
        if (direct == 0) wire_.compact();
        auto reading = direct > 0 ? wire_.read(into.data(), direct) : wire_.read_ahead();
        const std::size_t got = co_await std::move(reading);
        if (got == 0) co_return broken_off();
        if (direct > 0) skip_data(got);
        if (!is_ended()) pace.move(clock_.now(), got);
        if (direct > 0) co_return got;
    }
}

Result<ChunkedDecoder::Step> FramedBody::next(std::string_view ahead) {
    if (chunks_) return chunks_->next(ahead);
    const std::string_view data = ahead.substr(0, left_);
    left_ -= data.size();
    return ChunkedDecoder::Step{.consumed = data.size(), .data = data};
}

// Data that can be received where it is wanted, past the read-ahead.
std::size_t FramedBody::direct_bytes() const {
    return chunks_ && announced() < kChunkReadDirectBytes ? 0 : announced();
}

void FramedBody::skip_data(std::size_t size) {
    received_ += size;
    if (chunks_) return chunks_->skip_data(size);
    left_ -= size;
}

Error FramedBody::broken_off() const {
    const std::string found = std::to_string(received_) + " bytes";
    if (wire_.has_expired()) {
        return {.code = Code::request_timeout,
                .message = "body: arrived too slowly, found " + found + " in the time allowed"};
    }
    return {.code = Code::malformed, .message = "body: the client ended it after " + found};
}

}  // namespace qr::http
