// Reading one long array of numbers as float32, beside simdjson On-Demand reading the same text to
// doubles and doing nothing with them.
//
// The gate reads number by number with strtod: ours gives the same rounded to float32, simdjson the
// same sum.
#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "host/base/buffer.h"
#include "perf/gate.h"
#include "perf/inputs/rerank_body.h"
#include "perf/micro.h"
#include "server/json/reader.h"

namespace qr::perf {
namespace {

constexpr Shape kNumbers = {0, 76'800};  // as many as the documents of 100x768, in one row

// The request's query alone: an object with one array.
std::string array_of(Form form) {
    const std::string body = make_rerank_body(form, kNumbers).bytes;
    return body.substr(0, body.find(']') + 1) + "}";
}

std::vector<double> numbers_by_strtod(const std::string& text) {
    std::vector<double> numbers;
    const char* at = text.c_str() + text.find('[');
    while (*at != ']') {
        char* end = nullptr;
        numbers.push_back(std::strtod(at + 1, &end));
        at = end;
    }
    return numbers;
}

// The text with the readable bytes behind it that its readers ask for.
class PaddedText {
  public:
    explicit PaddedText(std::string_view text) : buffer_(text.size()), size_(text.size()) {
        std::memcpy(buffer_.data(), text.data(), text.size());
    }
    std::string_view view() const { return {reinterpret_cast<const char*>(buffer_.data()), size_}; }

  private:
    Buffer buffer_;
    std::size_t size_;
};

// Numbers read, 0 on any error.
std::size_t read_numbers(std::string_view text, std::span<float> out) {
    json::Reader reader(text);
    const json::Path path;
    std::size_t count = 0;
    auto root = reader.root();
    if (!root.ok()) return 0;
    for (auto field : *root) {
        json::Value value;
        if (field.value().get(value)) return 0;
        auto array = reader.array(value, path, "an array");
        if (!array.ok()) return 0;
        const auto read = reader.floats(*array, path, out);
        if (!read.ok()) return 0;
        count += *read;
    }
    return reader.finish().ok() ? count : 0;
}

// The sum of all numbers, first to last; 0 on any error.
double sum_alone(simdjson::ondemand::parser& parser, std::string_view text) {
    const simdjson::padded_string_view padded(text.data(), text.size(),
                                              text.size() + Buffer::kPadding);
    simdjson::ondemand::document document;
    simdjson::ondemand::array numbers;
    if (parser.iterate(padded).get(document)) return 0;
    if (document["query"].get_array().get(numbers)) return 0;
    double sum = 0;
    for (auto number : numbers) {
        double value = 0;
        if (std::move(number).get_double().get(value)) return 0;
        sum += value;
    }
    return sum;
}

std::int64_t numbers_read(const benchmark::State& state) {
    return state.iterations() * static_cast<std::int64_t>(kNumbers.dimension);
}

void add_ours(const std::string& name, std::shared_ptr<const PaddedText> text,
              std::span<const double> numbers) {
    const std::vector<float> expected(numbers.begin(), numbers.end());
    std::vector<float> found(kNumbers.dimension);
    found.resize(read_numbers(text->view(), found));
    const std::string hash = pass_gate<float>(name, expected, found);
    add_benchmark(name, hash, [text](benchmark::State& state) {
        std::vector<float> out(kNumbers.dimension);
        for (auto _ : state)
            benchmark::DoNotOptimize(read_numbers(text->view(), out));
        state.SetItemsProcessed(numbers_read(state));
    });
}

void add_alone(const std::string& name, std::shared_ptr<const PaddedText> text,
               std::span<const double> numbers) {
    simdjson::ondemand::parser parser;
    const double expected = std::accumulate(numbers.begin(), numbers.end(), 0.0);
    const double found = sum_alone(parser, text->view());
    const std::string hash = pass_gate<double>(name, std::span(&expected, 1), std::span(&found, 1));
    add_benchmark(name, hash, [text](benchmark::State& state) {
        simdjson::ondemand::parser one;
        for (auto _ : state)
            benchmark::DoNotOptimize(sum_alone(one, text->view()));
        state.SetItemsProcessed(numbers_read(state));
    });
}

void add(Form form) {
    const std::string array = array_of(form);
    const auto text = std::make_shared<const PaddedText>(array);
    const std::vector<double> numbers = numbers_by_strtod(array);
    const std::string digits(to_string(form));
    add_ours("floats/" + digits, text, numbers);
    add_alone("simdjson_alone/" + digits, text, numbers);
}

void prepare(Sizes) {
    add(Form::json_9_digits);
    add(Form::json_17_digits);
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
