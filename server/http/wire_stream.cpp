#include "server/http/wire_stream.h"

#include <string>
#include <utility>

namespace qr::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kPackedBytes = std::size_t{64} * 1024;  // read at once of a gzip body

}  // namespace

WireStream::Expansion::Expansion(BufferPool& buffers) : packed(buffers.take(kPackedBytes)) {}

WireStream::WireStream(const BodySource& source, const Head& head)
    : source_(source),
      body_(source, head),
      is_gzip_(is_gzip(head)),
      bytes_max_(body_bytes_max(head.request, source.limits)) {}

asio::awaitable<Result<std::size_t>> WireStream::read(std::span<std::byte> into) {
    source_.wire.unwatch();
    Pace pace(source_.clock.now(), source_.limits.read_timeout, source_.limits);
    Result<std::size_t> got = std::size_t{0};
    std::size_t filled = 0;
    do {
        const std::span<std::byte> rest = into.subspan(filled);
        auto reading = is_gzip_ ? expand(rest, pace) : body_.read(rest, pace);
        got = co_await std::move(reading);
        if (got.ok()) filled += *got;
    } while (filled < into.size() && got.ok() && *got > 0);
    source_.wire.clear_deadline();
    if (!got.ok()) co_return got.error();
    co_return filled;
}

// At least one byte, or 0 at the end.
asio::awaitable<Result<std::size_t>> WireStream::expand(std::span<std::byte> into, Pace& pace) {
    if (expansion_ == nullptr) expansion_ = std::make_unique<Expansion>(source_.buffers);
    Expansion& expansion = *expansion_;
    while (true) {
        const Result<std::size_t> made = expand_rest(into);
        if (!made.ok() || *made > 0) co_return made;
        if (body_.is_ended()) break;
        const std::span<std::byte> packed(expansion.packed.data(), kPackedBytes);
        auto reading = body_.read(packed, pace);
        const Result<std::size_t> got = co_await std::move(reading);
        if (!got.ok()) co_return got.error();
        expansion.rest = {reinterpret_cast<const char*>(packed.data()), *got};
    }
    if (!expansion.decoder.is_complete()) co_return gzip_cut_short();
    co_return std::size_t{0};
}

Result<std::size_t> WireStream::expand_rest(std::span<std::byte> into) {
    Expansion& expansion = *expansion_;
    const Result<GzipDecoder::Step> step = expansion.decoder.next(expansion.rest, into);
    if (!step.ok()) return step.error();
    expansion.rest.remove_prefix(step->consumed);
    expansion.expanded += step->produced;
    const std::size_t allowed = expanded_max(body_.received(), bytes_max_, source_.limits);
    if (expansion.expanded > allowed) return expands_too_far(allowed);
    return step->produced;
}

}  // namespace qr::http
