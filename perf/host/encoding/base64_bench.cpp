// Decoding base64 with every instruction set that this CPU offers, beside copying the same bytes.
//
// The text is made group by group from known bytes, so the gate knows what must come out; short
// texts of every length pass it too.
#include <cstring>
#include <string>
#include <vector>

#include "host/encoding/base64.h"
#include "perf/gate.h"
#include "perf/inputs/vectors.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kNumbers = std::size_t{100} * 768;
constexpr std::uint32_t kSeed = 1;
constexpr std::size_t kShortBytesMax = 200;

using Bytes = std::span<const std::byte>;

Bytes bytes() {
    static const std::vector<float> numbers = make_vectors(kNumbers, kSeed);
    return std::as_bytes(std::span(numbers));
}
const std::string& text() {
    static const std::string made = base64::encode(bytes());
    return made;
}

std::string gate(base64::Kind kind, Bytes expected) {
    const std::string encoded = base64::encode(expected);
    const std::string name = "base64 " + std::string(to_string(kind)) + " of " +
                             std::to_string(expected.size()) + " bytes";
    std::vector<std::byte> found(base64::decoded_size(encoded));
    if (base64::decode(kind, encoded, found)) shut_gate(name, "is refused");
    return pass_gate(name, expected, Bytes(found));
}

void decode(benchmark::State& state, base64::Kind kind) {
    std::vector<std::byte> out(bytes().size());
    for (auto _ : state) {
        benchmark::DoNotOptimize(base64::decode(kind, text(), out));
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text().size()));
}

void copy(benchmark::State& state) {
    std::vector<std::byte> out(bytes().size());
    for (auto _ : state) {
        std::memcpy(out.data(), bytes().data(), out.size());
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}

void prepare(Sizes) {
    std::string hash;
    for (const base64::Kind kind : base64::kinds()) {
        for (std::size_t size = 0; size <= kShortBytesMax; ++size)
            gate(kind, bytes().first(size));
        hash = gate(kind, bytes());
        add_benchmark("decode/" + std::string(to_string(kind)), hash,
                      [kind](benchmark::State& state) { decode(state, kind); });
    }
    add_benchmark("memcpy_of_the_decoded", hash, copy);
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
