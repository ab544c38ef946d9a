// Widening the small number formats to float32, beside copying as many float32.
//
// The gate holds every bit pattern of a format to its value by the format's definition, computed in
// double precision with ldexp.
#include <cmath>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "host/encoding/half.h"
#include "perf/gate.h"
#include "perf/micro.h"
#include "perf/result_hash.h"

namespace qr::perf {
namespace {

constexpr std::size_t kNumbers = std::size_t{512} * 1536;  // every 16-bit pattern twelve times

// sign, exponent and fraction as IEEE 754 has them.
double value_of(unsigned bits, unsigned exponent_bits, unsigned fraction_bits) {
    const unsigned fraction = bits & ((1U << fraction_bits) - 1);
    const unsigned exponent_max = (1U << exponent_bits) - 1;
    const unsigned exponent = bits >> fraction_bits & exponent_max;
    const int bias = static_cast<int>(exponent_max / 2);
    const double share = std::ldexp(fraction, -static_cast<int>(fraction_bits));
    double size = 0;
    if (exponent == exponent_max) {
        size = fraction == 0 ? std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        size = std::ldexp(share, 1 - bias);
    } else {
        size = std::ldexp(1 + share, static_cast<int>(exponent) - bias);
    }
    return (bits >> (exponent_bits + fraction_bits)) != 0 ? -size : size;
}

double expected_of(Dtype dtype, unsigned bits) {
    switch (dtype) {
        case Dtype::float16:
            return value_of(bits, 5, 10);
        case Dtype::bfloat16:
            return value_of(bits, 8, 7);
        case Dtype::int8:
            return bits < 128 ? bits : static_cast<double>(bits) - 256;
        case Dtype::float32:
            break;
    }
    return 0;
}

// Numbers of the format as they lie in a body, lowest byte first.
std::vector<std::byte> bytes_of(std::span<const unsigned> patterns, std::size_t width) {
    std::vector<std::byte> bytes;
    for (const unsigned pattern : patterns) {
        for (std::size_t i = 0; i < width; ++i)
            bytes.push_back(static_cast<std::byte>(pattern >> (8 * i)));
    }
    return bytes;
}

// Every pattern of the format in turn.
std::vector<unsigned> patterns_of(Dtype dtype) {
    std::vector<unsigned> patterns(kNumbers);
    for (std::size_t i = 0; i < kNumbers; ++i)
        patterns[i] = static_cast<unsigned>(i % (std::size_t{1} << (8 * info(dtype).width)));
    return patterns;
}

std::string gate(InstructionSet set, Dtype dtype, const std::string& name) {
    const std::vector<unsigned> patterns = patterns_of(dtype);
    std::vector<float> found(kNumbers);
    widen(set, dtype, bytes_of(patterns, info(dtype).width), found);
    for (std::size_t i = 0; i < kNumbers; ++i) {
        const double expected = expected_of(dtype, patterns[i]);
        const double value = found[i];
        const bool is_same = std::isnan(expected) ? std::isnan(value)
                                                  : expected == value && std::signbit(expected) ==
                                                                             std::signbit(value);
        if (!is_same) shut_gate(name, "differs at the pattern " + std::to_string(patterns[i]));
    }
    ResultHash hash;
    hash.add(std::as_bytes(std::span(found)));
    return hash.text();
}

void widen_all(benchmark::State& state, InstructionSet set, Dtype dtype) {
    const std::vector<std::byte> bytes = bytes_of(patterns_of(dtype), info(dtype).width);
    std::vector<float> out(kNumbers);
    for (auto _ : state) {
        widen(set, dtype, bytes, out);
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() *
                            static_cast<std::int64_t>(kNumbers * sizeof(float)));
}

// Copies what float32 of the same count take; the hash is of the zeros that it copies.
void copy(benchmark::State& state) {
    const std::vector<float> numbers(kNumbers);
    std::vector<float> out(kNumbers);
    for (auto _ : state) {
        std::memcpy(out.data(), numbers.data(), kNumbers * sizeof(float));
        benchmark::ClobberMemory();
    }
    state.SetBytesProcessed(state.iterations() *
                            static_cast<std::int64_t>(kNumbers * sizeof(float)));
}

void add(InstructionSet set, Dtype dtype) {
    const std::string name =
        "widen/" + std::string(info(dtype).name) + "/" + std::string(to_string(set));
    add_benchmark(name, gate(set, dtype, name),
                  [=](benchmark::State& state) { widen_all(state, set, dtype); });
}

void prepare(Sizes) {
    for (const Dtype dtype : {Dtype::float16, Dtype::bfloat16, Dtype::int8})
        add(InstructionSet::scalar, dtype);
    if (is_supported(InstructionSet::avx2)) add(InstructionSet::avx2, Dtype::float16);
    const std::vector<float> zeros(kNumbers);
    ResultHash hash;
    hash.add(std::as_bytes(std::span(zeros)));
    add_benchmark("memcpy_of_float32", hash.text(), copy);
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
