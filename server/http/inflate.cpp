#include "server/http/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <string>
#include <utility>

namespace qr::http {
namespace {

constexpr std::size_t kRatioSlackBytes =
    std::size_t{64} * 1024;  // tiny bodies may expand by any ratio
constexpr std::size_t kOutputFirstBytes = std::size_t{64} * 1024;

// zlib counts a step in 32 bits.
uInt clipped(std::size_t size) {
    return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

}  // namespace

GzipDecoder::GzipDecoder() : stream_(std::make_unique<z_stream>()) {
    constexpr int kWindowBits = 15;
    constexpr int kGzipAlone = 16;
    if (inflateInit2(stream_.get(), kWindowBits + kGzipAlone) != Z_OK) throw std::bad_alloc();
}

GzipDecoder::~GzipDecoder() {
    inflateEnd(stream_.get());
}

Result<GzipDecoder::Step> GzipDecoder::next(std::string_view input, std::span<std::byte> output) {
    const uInt given = clipped(input.size());
    const uInt room = clipped(output.size());
    // zlib's interface lacks the const; it never writes to its input.
    stream_->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_->avail_in = given;
    stream_->next_out = reinterpret_cast<Bytef*>(output.data());
    stream_->avail_out = room;
    while (stream_->avail_in > 0 || !is_complete_) {
        if (is_complete_) inflateReset(stream_.get());
        const int code = inflate(stream_.get(), Z_NO_FLUSH);
        is_complete_ = code == Z_STREAM_END;
        if (is_complete_) continue;
        if (code != Z_OK && code != Z_BUF_ERROR) {
            return Error{.code = Code::malformed, .message = "body: not valid gzip"};
        }
        if (stream_->avail_out == 0 || stream_->avail_in == 0) break;
    }
    return Step{.consumed = given - stream_->avail_in, .produced = room - stream_->avail_out};
}

std::size_t expanded_max(std::size_t packed, std::size_t bytes_max, const Limits& limits) {
    if (packed > bytes_max / limits.expansion_ratio_max) return bytes_max;
    const std::size_t by_ratio = packed * limits.expansion_ratio_max;
    return std::min(bytes_max, std::max(by_ratio, kRatioSlackBytes));
}

Error gzip_cut_short() {
    return {.code = Code::malformed, .message = "body: the gzip data ends too early"};
}

Error expands_too_far(std::size_t allowed) {
    return {.code = Code::too_large,
            .message = "body: expands to more than the " + std::to_string(allowed) +
                       " bytes allowed for its size"};
}

Result<Inflated> inflate_gzip(std::string_view compressed, std::size_t offset, BufferPool& buffers,
                              const Limits& limits, BufferUse use) {
    const std::size_t allowed = expanded_max(compressed.size(), limits.body_bytes_max, limits);
    // One byte more than allowed, so that a body of exactly the limit is seen to end.
    const std::size_t room_max = allowed + 1;
    GzipDecoder decoder;
    Inflated result;
    std::size_t room = 0;
    while (true) {
        if (result.size == room) {
            Buffer storage =
                buffers.take(std::min(offset + room_max,
                                      std::max(2 * result.storage.capacity(), kOutputFirstBytes)),
                             use);
            if (room > 0) {
                std::memcpy(storage.data() + offset, result.storage.data() + offset, room);
            }
            room = std::min(room_max, storage.capacity() - offset);
            result.storage = std::move(storage);
        }
        const Result<GzipDecoder::Step> step = decoder.next(
            compressed, {result.storage.data() + offset + result.size, room - result.size});
        if (!step.ok()) return step.error();
        compressed.remove_prefix(step->consumed);
        result.size += step->produced;
        if (result.size == room_max) return expands_too_far(allowed);
        if (!compressed.empty()) continue;
        if (decoder.is_complete()) return result;
        if (result.size < room) return gzip_cut_short();
    }
}

}  // namespace qr::http
