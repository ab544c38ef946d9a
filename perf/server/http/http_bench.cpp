// What framing costs: heads, the chunked coding, gzip, the head of an answer.
//
// Gates: a head must say what its text says, a body must come out as it went in, an answer's head
// must be the one that is written out here. Copying a body of that size stands beside them.
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "perf/gate.h"
#include "perf/inputs/http_bytes.h"
#include "perf/inputs/rerank_body.h"
#include "perf/micro.h"
#include "perf/result_hash.h"
#include "server/http/chunked.h"
#include "server/http/framing.h"
#include "server/http/inflate.h"
#include "server/http/response_head.h"
#include "tests/support/gzip.h"

namespace qr::perf {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunkBytes[] = {128, std::size_t{16} * 1024};
constexpr std::size_t kCachedBytesMax = std::size_t{64} << 20;

Result<http::Head> read_head(std::string_view bytes) {
    http::HeadScanner scanner;
    const auto extent = scanner.scan(bytes);
    if (!extent.ok()) return extent.error();
    if (!extent->has_value()) return Error{.message = "is incomplete"};
    return http::parse_head(bytes.substr((*extent)->begin, (*extent)->end - (*extent)->begin), {});
}

// The fields of the text, line by line, names in lower case.
std::string fields_of(std::string_view head) {
    std::string fields;
    for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
        const std::size_t end = head.find("\r\n", at);
        const std::size_t colon = head.find(": ", at);
        for (const char c : head.substr(at, colon - at))
            fields += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        fields.append(head.substr(colon, end - colon)).append("\n");
        at = end + 2;
    }
    return fields;
}

void add_heads() {
    const auto head = read_head(kRequestHead);
    if (!head.ok()) shut_gate("parse_head", head.error().message);
    const http::Request& request = head->request;
    std::string found = request.path + "?" + request.query + "\n";
    for (const http::Field& field : request.fields.list())
        found += field.name + ": " + field.value + "\n";
    const std::string expected = "/v1/rerank?trace=1\n" + fields_of(kRequestHead);
    const std::string hash = pass_gate("parse_head", expected, found);
    if (request.content_length != 307'200U) shut_gate("parse_head", "has another length");
    add_benchmark("parse_head/14_fields", hash, [](benchmark::State& state) {
        for (auto _ : state)
            benchmark::DoNotOptimize(read_head(kRequestHead));
    });
}

void add_response_head() {
    const http::Response response{.fields = {}, .body = std::string(900, ' '), .error = {}};
    constexpr auto kDate = "Sun, 06 Nov 1994 08:49:37 GMT"sv;
    constexpr auto kExpected =
        "HTTP/1.1 200 OK\r\nServer: quantumrerank\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
        "Content-Type: application/json\r\nContent-Length: 900\r\nX-Request-Id: abc\r\n\r\n"sv;
    std::string head;
    print_head(response, "abc", kDate, http::ConnectionField::none, head);
    const std::string hash = pass_gate("print_head", kExpected, head);
    add_benchmark("print_head", hash, [response](benchmark::State& state) {
        std::string out;
        for (auto _ : state) {
            print_head(response, "abc", kDate, http::ConnectionField::none, out);
            benchmark::DoNotOptimize(out.data());
        }
    });
}

// Copies the data out, as the body's reader does. Empty when it is refused.
std::string unchunk(std::string_view text, std::size_t size) {
    http::ChunkedDecoder decoder(http::Limits{});
    std::string body;
    body.reserve(size);
    while (!decoder.is_done() && !text.empty()) {
        const auto step = decoder.next(text);
        if (!step.ok()) return {};
        body.append(step->data);
        text.remove_prefix(step->consumed);
    }
    return body;
}

void add_chunked(std::string_view body) {
    for (const std::size_t chunk_bytes : kChunkBytes) {
        const std::string name = "chunked/" + std::to_string(chunk_bytes);
        const std::string text = chunked_text(body, chunk_bytes);
        const std::string hash = pass_gate(name, body, unchunk(text, body.size()));
        add_benchmark(name, hash, [text, size = body.size()](benchmark::State& state) {
            for (auto _ : state)
                benchmark::DoNotOptimize(unchunk(text, size));
            state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
        });
    }
}

void add_inflate(const std::string& name, std::string_view body) {
    const std::string packed = test::gzip(body);
    BufferPool none(0);
    const auto inflated = http::inflate_gzip(packed, 0, none, {});
    if (!inflated.ok()) shut_gate(name, inflated.error().message);
    const std::string hash =
        pass_gate(name, std::as_bytes(std::span(body)),
                  std::span<const std::byte>(inflated->storage.data(), inflated->size), 1);
    add_benchmark(name, hash, [packed, size = body.size()](benchmark::State& state) {
        BufferPool buffers(kCachedBytesMax);
        for (auto _ : state)
            benchmark::DoNotOptimize(http::inflate_gzip(packed, 0, buffers, {}));
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
        state.counters["packed_bytes"] = static_cast<double>(packed.size());
    });
}

void add_copy(const std::string& body) {
    ResultHash hash;
    hash.add(body);
    add_benchmark("memcpy", hash.text(), [body](benchmark::State& state) {
        std::string out(body.size(), '\0');
        for (auto _ : state) {
            std::memcpy(out.data(), body.data(), body.size());
            benchmark::ClobberMemory();
        }
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(body.size()));
    });
}

void prepare(Sizes) {
    const std::string binary = make_rerank_body(Form::binary, kLarge).bytes;
    add_heads();
    add_response_head();
    add_chunked(binary);
    add_inflate("inflate/json", make_rerank_body(Form::json_9_digits, kSmall).bytes);
    add_inflate("inflate/binary", binary);
    add_copy(binary);
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
