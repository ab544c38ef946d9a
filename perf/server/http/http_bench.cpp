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
#include "server/http/inflate.h"
#include "server/http/response_head.h"
#include "tests/support/gzip.h"

namespace qr::perf {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kChunkBytes[] = {128, std::size_t{16} * 1024};
constexpr std::size_t kCachedBytesMax = std::size_t{64} << 20;

void add_heads() {
    const std::string hash = pass_gate("parse_head", read_head(kRequestHead));
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
