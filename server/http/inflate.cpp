#include "server/http/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <utility>

#include "host/base/narrow.h"

namespace qr::http {
namespace {

constexpr std::size_t kRatioSlackBytes =
    std::size_t{64} * 1024;  // tiny bodies may expand by any ratio
constexpr std::size_t kOutputFirstBytes = std::size_t{64} * 1024;

Error malformed(const char* message) {
    return {.code = Code::malformed, .message = message};
}

std::size_t output_max(std::size_t compressed, const Limits& limits) {
    if (compressed > limits.body_bytes_max / limits.expansion_ratio_max) {
        return limits.body_bytes_max;
    }
    const std::size_t by_ratio = compressed * limits.expansion_ratio_max;
    return std::min(limits.body_bytes_max, std::max(by_ratio, kRatioSlackBytes));
}

// zlib's stream with its memory. The input is never larger than 4 GiB: body_bytes_max is far below.
class GzipStream {
  public:
    explicit GzipStream(std::string_view input) {
        constexpr int kWindowBits = 15;
        constexpr int kGzipAlone = 16;
        if (inflateInit2(&stream_, kWindowBits + kGzipAlone) != Z_OK) throw std::bad_alloc();
        // zlib's interface lacks the const; it never writes to its input.
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
        stream_.avail_in = narrow<uInt>(input.size());
    }
    ~GzipStream() { inflateEnd(&stream_); }
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    enum class Outcome { finished, output_full, cut_short, corrupt };

    // Writes to [data, data + size) until that is full, all members have ended, or an error.
    Outcome fill(std::byte* data, std::size_t size) {
        stream_.next_out = reinterpret_cast<Bytef*>(data);
        stream_.avail_out = narrow<uInt>(size);
        while (true) {
            const int code = inflate(&stream_, Z_NO_FLUSH);
            if (code == Z_STREAM_END) {
                if (stream_.avail_in == 0) return Outcome::finished;
                inflateReset(&stream_);
                continue;
            }
            if (code != Z_OK && code != Z_BUF_ERROR) return Outcome::corrupt;
            if (stream_.avail_out == 0) return Outcome::output_full;
            if (stream_.avail_in == 0) return Outcome::cut_short;
        }
    }

    std::size_t room_left() const { return stream_.avail_out; }

  private:
    z_stream stream_{};
};

}  // namespace

Result<Inflated> inflate_gzip(std::string_view compressed, std::size_t offset, BufferPool& buffers,
                              const Limits& limits, BufferUse use) {
    // One byte more than allowed, so that a body of exactly the limit is seen to end.
    const std::size_t room_max = output_max(compressed.size(), limits) + 1;
    GzipStream stream(compressed);
    Inflated result;
    std::size_t room = 0;
    while (true) {
        Buffer storage = buffers.take(
            std::min(offset + room_max, std::max(2 * result.storage.capacity(), kOutputFirstBytes)),
            use);
        const std::size_t larger = std::min(room_max, storage.capacity() - offset);
        if (room > 0) std::memcpy(storage.data() + offset, result.storage.data() + offset, room);
        result.storage = std::move(storage);
        const GzipStream::Outcome outcome =
            stream.fill(result.storage.data() + offset + room, larger - room);
        room = larger;
        result.size = room - stream.room_left();
        switch (outcome) {
            case GzipStream::Outcome::corrupt:
                return malformed("body: not valid gzip");
            case GzipStream::Outcome::cut_short:
                return malformed("body: the gzip data ends too early");
            case GzipStream::Outcome::finished:
            case GzipStream::Outcome::output_full:
                break;
        }
        if (result.size == room_max) {
            return Error{.code = Code::too_large,
                         .message = "body: expands to more than the " +
                                    std::to_string(room_max - 1) + " bytes allowed for its size"};
        }
        if (outcome == GzipStream::Outcome::finished) return result;
    }
}

}  // namespace qr::http
