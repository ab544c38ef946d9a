// Everything that reads untrusted bytes before a handler does: heads, chunked bodies, gzip.
//
// An input that begins with 'c' is a chunked body and one with 'z' a gzip body; any other is a
// head. Beside crashes it looks for what must hold whatever the bytes: the result does not depend
// on how they arrived, limits are kept, and nothing accepted could forge a line.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "host/base/buffer.h"
#include "host/base/check.h"
#include "server/http/chunked.h"
#include "server/http/framing.h"
#include "server/http/inflate.h"
#include "server/http/syntax.h"

namespace {

using namespace qr;
using namespace qr::http;

Limits small_limits() {
    Limits limits;
    limits.head_bytes_max = 2048;
    limits.fields_max = 16;
    limits.body_bytes_max = 100'000;
    limits.expansion_ratio_max = 20;
    limits.chunk_overhead_bytes_max = 128;
    return limits;
}

// The head's extent when the bytes arrive `piece` at a time: {0, 0} without one.
HeadScanner::Extent scan(std::string_view bytes, std::size_t piece) {
    HeadScanner scanner;
    for (std::size_t size = 0; size < bytes.size();) {
        size = std::min(bytes.size(), size + piece);
        const auto extent = scanner.scan(bytes.substr(0, size));
        if (!extent.ok()) return {};
        if (extent->has_value()) return **extent;
    }
    return {};
}

void check_accepted(const Head& head) {
    const Request& request = head.request;
    QR_CHECK(request.path.starts_with('/') || request.path == "*");
    QR_CHECK(request.content_length.has_value() == (head.body == BodyKind::sized));
    QR_CHECK(request.fields.list().size() <= small_limits().fields_max);
    for (const Field& field : request.fields.list()) {
        QR_CHECK(std::ranges::all_of(field.name, is_token));
        QR_CHECK(std::ranges::none_of(field.name, [](char c) { return c >= 'A' && c <= 'Z'; }));
        QR_CHECK(std::ranges::all_of(field.value, is_field_text));
    }
}

void fuzz_head(std::string_view bytes) {
    const HeadScanner::Extent whole = scan(bytes, bytes.size());
    const HeadScanner::Extent by_byte = scan(bytes, 1);
    QR_CHECK(whole.end == by_byte.end && whole.begin == by_byte.begin);
    const std::string_view found =
        whole.end > 0 ? bytes.substr(whole.begin, whole.end - whole.begin) : bytes;
    const Result<Head> head = parse_head(found, small_limits());
    if (head.ok()) check_accepted(*head);
}

struct Joined {
    std::string data;
    bool is_ok = true;
    bool is_done = false;
};

Joined join(std::string_view bytes, std::size_t piece) {
    ChunkedDecoder decoder(small_limits());
    Joined joined;
    while (!bytes.empty() && !decoder.is_done()) {
        const std::string_view part = bytes.substr(0, piece);
        const Result<ChunkedDecoder::Step> step = decoder.next(part);
        if (!step.ok()) {
            joined.is_ok = false;
            return joined;
        }
        QR_CHECK(step->consumed > 0 && step->consumed <= part.size());
        joined.data += step->data;
        bytes.remove_prefix(step->consumed);
    }
    joined.is_done = decoder.is_done();
    return joined;
}

void fuzz_chunked(std::string_view bytes) {
    const Joined whole = join(bytes, bytes.size());
    const Joined by_byte = join(bytes, 1);
    QR_CHECK(whole.data == by_byte.data);
    QR_CHECK(whole.is_ok == by_byte.is_ok && whole.is_done == by_byte.is_done);
    QR_CHECK(whole.data.size() <= small_limits().body_bytes_max);
}

void fuzz_gzip(std::string_view bytes) {
    BufferPool buffers(0);
    const Result<Inflated> inflated = inflate_gzip(bytes, 24, buffers, small_limits());
    if (inflated.ok()) QR_CHECK(inflated->size <= small_limits().body_bytes_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (bytes.starts_with('c')) {
        fuzz_chunked(bytes.substr(1));
    } else if (bytes.starts_with('z')) {
        fuzz_gzip(bytes.substr(1));
    } else {
        fuzz_head(bytes);
    }
    return 0;
}
