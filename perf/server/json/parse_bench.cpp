// What it costs to read one rerank request of 100 documents x 768, in each form, beside simdjson
// On-Demand reading every number of the same JSON and doing nothing with it.
//
// Correctness gate: before any timing, all forms must give the same floats. Filling the payload, as
// the socket would, and freeing the request stay outside the timing.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "host/encoding/base64.h"
#include "server/dialects/native.h"

namespace {

using qr::Buffer;
using qr::BufferPool;
using qr::native::Payload;

constexpr std::size_t kDocuments = 100;
constexpr std::size_t kDimension = 768;
constexpr std::size_t kRows = kDocuments + 1;

const std::vector<float>& numbers() {
    static const std::vector<float> made = [] {
        std::mt19937 random(20260108);
        std::normal_distribution<float> normal(0, 0.036F);
        std::vector<float> floats(kRows * kDimension);
        for (float& number : floats)
            number = normal(random);
        return floats;
    }();
    return made;
}

std::string print_row(std::size_t row, const char* format) {
    std::string text = "[";
    for (std::size_t i = 0; i < kDimension; ++i) {
        char number[40];
        std::snprintf(number, sizeof number, format,
                      static_cast<double>(numbers()[row * kDimension + i]));
        text += (i == 0 ? "" : ", ") + std::string(number);
    }
    return text + "]";
}

std::string encode_row(std::size_t row) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static_assert(kDimension * sizeof(float) % 3 == 0);  // no padding
    std::vector<unsigned char> bytes(kDimension * sizeof(float));
    std::memcpy(bytes.data(), &numbers()[row * kDimension], bytes.size());
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const unsigned bits =
            (unsigned{bytes[i]} << 16) | (unsigned{bytes[i + 1]} << 8) | unsigned{bytes[i + 2]};
        for (unsigned shift : {18U, 12U, 6U, 0U})
            text += kAlphabet[(bits >> shift) & 63];
    }
    return R"({"vector": ")" + text + "\"}";
}

template <typename Row>
std::string request(Row row) {
    std::string text = R"({"query": )" + row(std::size_t{0}) + R"(, "documents": [)";
    for (std::size_t i = 1; i < kRows; ++i)
        text += (i == 1 ? "" : ", ") + row(i);
    return text + R"(], "method": "signed_fidelity", "top_n": 10})";
}

struct Form {
    const char* name;
    std::string bytes;
    std::optional<std::size_t> header_length;
};

Form text_form(const char* name, const char* format) {
    return {name, request([format](std::size_t row) { return print_row(row, format); }), {}};
}

Form binary_form() {
    std::string bytes =
        R"({"query": {"shape": [768]}, "documents": {"shape": [100, 768]}, "top_n": 10})";
    while (bytes.size() % 64 != 0)
        bytes += ' ';
    const std::size_t header = bytes.size();
    bytes.append(reinterpret_cast<const char*>(numbers().data()), numbers().size() * sizeof(float));
    return {"binary", bytes, header};
}

Payload payload_of(const Form& form) {
    Payload payload{Buffer(form.bytes.size()), 0, form.bytes.size(), form.header_length};
    std::memcpy(payload.storage.data(), form.bytes.data(), form.bytes.size());
    return payload;
}

bool agrees(const qr::RerankRequest& parsed) {
    const auto same = [](const qr::MatrixView& view, const float* expected) {
        return std::memcmp(view.data, expected, view.rows * view.dimension * sizeof(float)) == 0;
    };
    return parsed.vectors.documents.rows == kDocuments &&
           parsed.vectors.documents.dimension == kDimension &&
           same(parsed.vectors.queries, numbers().data()) &&
           same(parsed.vectors.documents, numbers().data() + kDimension);
}

void parse(benchmark::State& state, const Form& form) {
    BufferPool buffers(std::size_t{64} << 20);
    const Payload original = payload_of(form);
    for (auto _ : state) {
        state.PauseTiming();  // the parser keeps a payload for good, so each round gets its own
        Payload payload = payload_of(form);
        state.ResumeTiming();
        auto parsed = qr::native::parse_rerank(std::move(payload), buffers, {});
        benchmark::DoNotOptimize(parsed);
        if (!parsed) state.SkipWithError(parsed.error().message.c_str());
        state.PauseTiming();
        { const auto discarded = std::move(parsed); }
        state.ResumeTiming();
    }
    state.counters["body_bytes"] = static_cast<double>(original.size);
}

double sum_of(simdjson::ondemand::array array) {
    double sum = 0;
    for (auto element : array) {
        simdjson::ondemand::value value;
        if (std::move(element).get(value)) return sum;
        double number = 0;
        simdjson::ondemand::array nested;
        if (!value.get_double().get(number)) {
            sum += number;
        } else if (!value.get_array().get(nested)) {
            sum += sum_of(nested);
        }
    }
    return sum;
}

void read_every_number(benchmark::State& state, const Form& form) {
    const Payload payload = payload_of(form);
    const simdjson::padded_string_view text(reinterpret_cast<const char*>(payload.storage.data()),
                                            payload.size, payload.size + Buffer::kPadding);
    simdjson::ondemand::parser parser;
    for (auto _ : state) {
        simdjson::ondemand::document document;
        simdjson::ondemand::array query;
        simdjson::ondemand::array documents;
        if (parser.iterate(text).get(document) || document["query"].get_array().get(query)) {
            state.SkipWithError("not the expected JSON");
        }
        double sum = sum_of(query);
        if (document["documents"].get_array().get(documents)) state.SkipWithError("no documents");
        sum += sum_of(documents);
        benchmark::DoNotOptimize(sum);
    }
}

}  // namespace

int main(int argc, char** argv) {
    static const std::vector<Form> forms = {text_form("json_9_digits", "%.9g"),
                                            text_form("json_17_digits", "%.17g"),
                                            Form{"base64", request(encode_row), {}}, binary_form()};
    BufferPool buffers(0);
    for (const Form& form : forms) {
        const auto parsed = qr::native::parse_rerank(payload_of(form), buffers, {});
        if (!parsed || !agrees(*parsed)) {
            std::fprintf(stderr, "%s: parsed floats differ: no timing\n", form.name);
            return EXIT_FAILURE;
        }
    }
    for (const Form& form : forms) {
        const std::string name = form.name;
        if (name.starts_with("json")) {
            benchmark::RegisterBenchmark(("simdjson_alone/" + name).c_str(),
                                         [&form](auto& state) { read_every_number(state, form); });
        }
        benchmark::RegisterBenchmark(("parse_rerank/" + name).c_str(),
                                     [&form](auto& state) { parse(state, form); });
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return EXIT_SUCCESS;
}
