#include "server/http/body_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "host/base/misfit.h"
#include "server/http/chunked.h"
#include "server/http/inflate.h"
#include "server/http/pace.h"
#include "server/http/syntax.h"

namespace qr::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kChunkReadDirectBytes =
    std::size_t{16} * 1024;  // smaller rests come with their framing
constexpr std::size_t kJoinedFirstBytes = std::size_t{64} * 1024;

Error too_large(const Limits& limits) {
    return {.code = Code::too_large,
            .message =
                "body: larger than the allowed " + std::to_string(limits.body_bytes_max) + " bytes",
            .allowed = std::to_string(limits.body_bytes_max)};
}

Error broken_off(const Wire& wire, std::size_t received) {
    const std::string found = std::to_string(received) + " bytes";
    if (wire.has_expired()) {
        return {.code = Code::request_timeout,
                .message = "body: arrived too slowly, found " + found + " in the time allowed"};
    }
    return {.code = Code::malformed, .message = "body: the client ended it after " + found};
}

Result<Buffer> take(BufferPool& buffers, std::size_t capacity, BufferUse use) {
    try {
        return buffers.take(capacity, use);
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory,
                     .message = "body: no memory for " + std::to_string(capacity) + " bytes"};
    }
}

constexpr std::string_view kHeaderLength = "inference-header-content-length";

// Tensors behind a JSON header are scored where they were read; JSON alone is only parsed.
BufferUse use_of(const Request& request) {
    return request.fields.get(kHeaderLength).empty() ? BufferUse::text : BufferUse::vectors;
}

// So that the tensor part, behind a JSON header of the announced length, is aligned.
std::size_t aligned_offset(const Request& request) {
    const std::string_view text = request.fields.get(kHeaderLength);
    std::size_t header = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), header);
    if (code != std::errc() || end != text.data() + text.size()) return 0;
    return (Buffer::kAlignment - header % Buffer::kAlignment) % Buffer::kAlignment;
}

bool is_gzip(const Head& head) {
    const std::string_view coding = head.request.fields.get("content-encoding");
    return head.body != BodyKind::none &&
           (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip"));
}

Result<void> undo_gzip(Request& request, BufferPool& buffers, const Limits& limits) {
    const std::size_t offset = aligned_offset(request);
    try {
        Result<Inflated> inflated =
            inflate_gzip(request.body(), offset, buffers, limits, use_of(request));
        if (!inflated.ok()) return inflated.error();
        request.storage = std::move(inflated->storage);
        request.body_offset = offset;
        request.body_size = inflated->size;
        return {};
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory, .message = "body: no memory to undo gzip"};
    }
}

asio::awaitable<Result<std::size_t>> read_sized(BodySource source, Request& request,
                                                BufferUse use) {
    Wire& wire = source.wire;
    const std::size_t size = *request.content_length;
    Result<Buffer> storage = take(source.buffers, request.body_offset + size, use);
    if (!storage.ok()) co_return storage.error();
    std::byte* const data = storage->data() + request.body_offset;

    std::size_t received = std::min(size, wire.ahead().size());
    std::memcpy(data, wire.ahead().data(), received);
    wire.consume(received);
    Pace pace(source.clock.now(), source.limits.read_timeout, source.limits);
    while (received < size) {
        wire.set_deadline(pace.deadline());
        auto reading = wire.read(data + received, size - received);
        const std::size_t got = co_await std::move(reading);
        if (got == 0) co_return broken_off(wire, received);
        received += got;
        if (received < size) pace.move(source.clock.now(), got);
    }
    request.storage = std::move(*storage);
    request.body_size = size;
    co_return size;
}

// Chunk data in one growing buffer.
class Joined {
  public:
    Joined(BufferPool& buffers, std::size_t offset, BufferUse use)
        : buffers_(buffers), offset_(offset), use_(use) {}

    // Room for `size` more bytes. Errors: `out_of_memory`.
    Result<std::byte*> grow(std::size_t size) {
        const std::size_t needed = offset_ + size_ + size;
        if (needed > storage_.capacity()) {
            Result<Buffer> larger = take(
                buffers_, std::max({needed, 2 * storage_.capacity(), kJoinedFirstBytes}), use_);
            if (!larger.ok()) return larger.error();
            if (size_ > 0) {
                std::memcpy(larger->data() + offset_, storage_.data() + offset_, size_);
            }
            storage_ = std::move(*larger);
        }
        return storage_.data() + offset_ + size_;
    }
    void add(std::size_t size) { size_ += size; }

    void move_to(Request& request) && {
        request.storage = std::move(storage_);
        request.body_size = size_;
    }

  private:
    BufferPool& buffers_;
    std::size_t offset_;
    BufferUse use_;
    Buffer storage_;
    std::size_t size_ = 0;
};

// Decodes what is ahead on the wire; returns how much of it was the body's.
Result<std::size_t> join_ahead(Wire& wire, ChunkedDecoder& decoder, Joined& joined) {
    std::size_t consumed = 0;
    while (!wire.ahead().empty() && !decoder.is_done()) {
        const Result<ChunkedDecoder::Step> step = decoder.next(wire.ahead());
        if (!step.ok()) return step.error();
        if (!step->data.empty()) {
            const Result<std::byte*> room = joined.grow(step->data.size());
            if (!room.ok()) return room.error();
            std::memcpy(*room, step->data.data(), step->data.size());
            joined.add(step->data.size());
        }
        wire.consume(step->consumed);
        consumed += step->consumed;
    }
    return consumed;
}

asio::awaitable<Result<std::size_t>> read_chunked(BodySource source, Request& request,
                                                  BufferUse use) {
    Wire& wire = source.wire;
    ChunkedDecoder decoder(source.limits);
    Joined joined(source.buffers, request.body_offset, use);
    Pace pace(source.clock.now(), source.limits.read_timeout, source.limits);
    // An empty body, too, has the padding behind it.
    if (const Result<std::byte*> room = joined.grow(1); !room.ok()) co_return room.error();
    std::size_t received = 0;
    while (true) {
        const Result<std::size_t> consumed = join_ahead(wire, decoder, joined);
        if (!consumed.ok()) co_return consumed.error();
        received += *consumed;
        if (decoder.is_done()) break;

        wire.set_deadline(pace.deadline());
        std::size_t got = 0;
        if (const std::size_t rest = decoder.data_remaining(); rest >= kChunkReadDirectBytes) {
            const Result<std::byte*> room = joined.grow(rest);
            if (!room.ok()) co_return room.error();
            auto reading = wire.read(*room, rest);
            got = co_await std::move(reading);
            decoder.skip_data(got);
            joined.add(got);
            received += got;
        } else {
            wire.compact();
            auto reading = wire.read_ahead();
            got = co_await std::move(reading);
        }
        if (got == 0) co_return broken_off(wire, received);
        pace.move(source.clock.now(), got);
    }
    std::move(joined).move_to(request);
    co_return received;
}

}  // namespace

Result<void> check_body(const Head& head, const Limits& limits) {
    if (head.request.content_length.value_or(0) > limits.body_bytes_max) return too_large(limits);
    const std::string_view coding = head.request.fields.get("content-encoding");
    const bool is_known = coding.empty() || equals_ignoring_case(coding, "identity");
    if (head.body == BodyKind::none || is_known || is_gzip(head)) return {};
    return Error{.code = Code::unsupported_media_type,
                 .message = misfit_text("Content-Encoding", '\'' + std::string(coding) + '\'',
                                        "gzip or identity"),
                 .found = std::string(coding),
                 .allowed = "gzip, identity"};
}

asio::awaitable<Result<std::size_t>> read_body(BodySource source, Head& head) {
    Request& request = head.request;
    const bool is_compressed = is_gzip(head);
    request.body_offset = is_compressed ? 0 : aligned_offset(request);
    const BufferUse use = is_compressed ? BufferUse::text : use_of(request);
    auto reading = head.body == BodyKind::sized ? read_sized(source, request, use)
                                                : read_chunked(source, request, use);
    Result<std::size_t> received = co_await std::move(reading);
    source.wire.clear_deadline();
    if (!received.ok() || !is_compressed) co_return received;
    const Result<void> undone = undo_gzip(request, source.buffers, source.limits);
    if (!undone.ok()) co_return undone.error();
    co_return received;
}

}  // namespace qr::http
