#include "server/http/body_reader.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "host/base/misfit.h"
#include "server/http/inflate.h"
#include "server/http/pace.h"
#include "server/http/syntax.h"

namespace qr::http {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kJoinedFirstBytes = std::size_t{64} * 1024;

Error too_large(std::size_t allowed) {
    return {.code = Code::too_large,
            .message = "body: larger than the allowed " + std::to_string(allowed) + " bytes",
            .allowed = std::to_string(allowed)};
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

// Data in one growing buffer.
class Joined {
  public:
    Joined(BufferPool& buffers, std::size_t offset, BufferUse use)
        : buffers_(buffers), offset_(offset), use_(use) {}

    // Room for at least `size` more bytes. Errors: `out_of_memory`.
    Result<std::span<std::byte>> room(std::size_t size) {
        const std::size_t used = offset_ + size_;
        if (used + size > storage_.capacity()) {
            Result<Buffer> larger =
                take(buffers_, std::max(used + size, 2 * storage_.capacity()), use_);
            if (!larger.ok()) return larger.error();
            if (size_ > 0) {
                std::memcpy(larger->data() + offset_, storage_.data() + offset_, size_);
            }
            storage_ = std::move(*larger);
        }
        return std::span(storage_.data() + used, storage_.capacity() - used);
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

// As it was sent, chunks joined.
asio::awaitable<Result<std::size_t>> join(BodySource source, Head& head, BufferUse use) {
    Request& request = head.request;
    FramedBody body(source, head);
    Joined joined(source.buffers, request.body_offset, use);
    Pace pace(source.clock.now(), source.limits.read_timeout, source.limits);
    // Where the size is known so much at once; an empty body, too, has the padding behind it.
    std::size_t wanted = request.content_length.value_or(kJoinedFirstBytes - request.body_offset);
    while (true) {
        const Result<std::span<std::byte>> room = joined.room(wanted);
        if (!room.ok()) co_return room.error();
        Result<std::size_t> got = body.take_ahead(*room);
        if (got.ok() && *got == 0 && !body.is_ended()) {
            auto reading = body.read(*room, pace);
            got = co_await std::move(reading);
        }
        if (!got.ok()) co_return got.error();
        joined.add(*got);
        if (body.is_ended()) break;
        wanted = std::max<std::size_t>(body.announced(), 1);
    }
    std::move(joined).move_to(request);
    co_return body.received();
}

}  // namespace

Result<void> check_body(const Head& head, const Limits& limits) {
    const std::size_t allowed = body_bytes_max(head.request, limits);
    if (head.request.content_length.value_or(0) > allowed) return too_large(allowed);
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
    auto reading = join(source, head, use);
    Result<std::size_t> received = co_await std::move(reading);
    source.wire.clear_deadline();
    if (!received.ok() || !is_compressed) co_return received;
    const Result<void> undone = undo_gzip(request, source.buffers, source.limits);
    if (!undone.ok()) co_return undone.error();
    co_return received;
}

}  // namespace qr::http
