// Encoding a collection: bytes moved a second, as a share of what a plain copy moves.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "kernels/encode.h"
#include "kernels/math/lanes.h"
#include "kernels/pair_batch.h"
#include "perf/host/cuda/bench.h"
#include "perf/host/cuda/device_values.h"
#include "perf/kernels/fill.h"

namespace qr::perf {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kSeed = 1;
constexpr double kCopyShareMin = 0.80;

struct Kind {
    const char* name;
    device::Storage storage;
    std::size_t bytes;
    std::uint16_t (*half)(float);  // the bits of a 16-bit storage; null: float32
};
constexpr Kind kKinds[] = {
    {"float32", device::Storage::float32, 4, nullptr},
    {"float16", device::Storage::float16, 2,
     [](float value) { return std::uint16_t{__half_raw(__float2half_rn(value)).x}; }},
    {"bfloat16", device::Storage::bfloat16, 2,
     [](float value) { return std::uint16_t{__nv_bfloat16_raw(__float2bfloat16_rn(value)).x}; }},
};

struct Collection {
    Collection(std::size_t count, std::size_t dimension)
        : rows(count * dimension),
          encoded(count * dimension * sizeof(float)),
          norms2(count),
          residuals(count),
          first_bad_row(std::vector<unsigned>{device::kNoBadRow}) {}
    DeviceValues<float> rows;
    DeviceValues<unsigned char> encoded;
    DeviceValues<double> norms2;
    DeviceValues<float> residuals;
    DeviceValues<unsigned> first_bad_row;
};

// What encode() promises of one row (kernels/encode.h): its squared norm and its amplitudes' bits.
void append_expected(std::vector<std::uint64_t>& words, const Kind& kind, std::size_t row,
                     std::size_t dimension) {
    std::array<double, math::kLanes> lanes{};
    for (std::size_t i = 0; i < dimension; ++i) {
        const double value = component(kSeed, row * dimension + i);
        lanes[i % math::kLanes] += value * value;
    }
    const double norm2 = math::sum_lanes(lanes);
    const double scale = 1.0 / std::sqrt(norm2);
    words.push_back(std::bit_cast<std::uint64_t>(norm2));
    for (std::size_t i = 0; i < dimension; ++i) {
        const double value = component(kSeed, row * dimension + i);
        const auto amplitude = static_cast<float>(value * scale);
        words.push_back(kind.half != nullptr ? kind.half(amplitude)
                                             : std::bit_cast<std::uint32_t>(amplitude));
    }
}

void append_found(std::vector<std::uint64_t>& words, const Kind& kind, const Collection& all,
                  std::size_t row, std::size_t dimension) {
    words.push_back(std::bit_cast<std::uint64_t>(all.norms2.values(row, 1).front()));
    const std::size_t bytes = dimension * kind.bytes;
    const std::vector<unsigned char> stored = all.encoded.values(row * bytes, bytes);
    for (std::size_t i = 0; i < bytes; i += kind.bytes) {
        std::uint64_t word = 0;
        for (std::size_t b = 0; b < kind.bytes; ++b)
            word |= std::uint64_t{stored[i + b]} << (8 * b);
        words.push_back(word);
    }
}

std::string pass_gate(const Bench& bench, const Kind& kind, const Collection& all) {
    const Sizes& sizes = bench.plan.sizes;
    std::vector<std::uint64_t> expected = {device::kNoBadRow};
    std::vector<std::uint64_t> found = words_of(all.first_bad_row.values());
    for (std::size_t i = 0; i < sizes.encode_checked_rows; ++i) {
        const std::size_t row = i * (sizes.encode_rows - 1) / (sizes.encode_checked_rows - 1);
        append_expected(expected, kind, row, sizes.encode_dimension);
        append_found(found, kind, all, row, sizes.encode_dimension);
    }
    return bench.gate.pass(std::string("encode ") + kind.name, expected, std::move(found));
}

}  // namespace

void measure_encode(Bench& bench) {
    const Sizes& sizes = bench.plan.sizes;
    const Collection all(sizes.encode_rows, sizes.encode_dimension);
    require(fill(all.rows.data(), all.rows.size(), kSeed, bench.stream), "fill");
    const device::EncodeTask task = {.rows = all.rows.data(),
                                     .encoded = all.encoded.data(),
                                     .norms2 = all.norms2.data(),
                                     .residuals = all.residuals.data(),
                                     .first_bad_row = all.first_bad_row.data(),
                                     .row_count = static_cast<unsigned>(sizes.encode_rows),
                                     .dimension = static_cast<unsigned>(sizes.encode_dimension)};
    ordered_json kinds;
    for (const Kind& kind : kKinds) {
        const auto run = [&] { require(encode(task, kind.storage, bench.stream), "encode"); };
        run();
        require(cudaStreamSynchronize(bench.stream), "encode");
        const std::string hash = pass_gate(bench, kind, all);
        const Times times = time_on_device(bench.stream, sizes.device, run);
        const std::size_t row_bytes =
            sizes.encode_dimension * (sizeof(float) + kind.bytes) + sizeof(double) + sizeof(float);
        const double per_s = static_cast<double>(sizes.encode_rows * row_bytes) / times.median();
        ordered_json json = times.json();
        json["bytes_per_s"] = per_s;
        json["of_copy"] = per_s / bench.ceilings.copy_bytes;
        json["hash"] = hash;
        bench.report.bar(std::string("encode to ") + kind.name + ", of the copy bandwidth",
                         json["of_copy"].get<double>(), Limit::at_least, kCopyShareMin);
        kinds[kind.name] = std::move(json);
    }
    bench.report.add("encode", {{"rows", sizes.encode_rows},
                                {"dimension", sizes.encode_dimension},
                                {"checked_rows", sizes.encode_checked_rows},
                                {"storages", std::move(kinds)}});
}

}  // namespace qr::perf
