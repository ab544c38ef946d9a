#include "server/handlers/timing_fields.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace qr {
namespace {

// The kind of device, for a backend's name says also how it uses it: "cpu-avx512", "cuda".
std::string_view compute_type_of(std::string_view backend) {
    return backend.starts_with("cuda") ? "cuda" : "cpu";
}

void add_time(http::Response& response, const char* name, Duration duration) {
    const auto time = std::chrono::duration_cast<std::chrono::milliseconds>(duration);
    response.fields.add(name, std::to_string(time.count()));
}

}  // namespace

TextUsage usage_of(std::span<const EncoderInput> inputs) {
    const auto begins_character = [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    };
    TextUsage usage{.texts = inputs.size()};
    for (const EncoderInput& input : inputs)
        usage.characters +=
            static_cast<std::size_t>(std::ranges::count_if(input.text, begins_character));
    return usage;
}

void add_timing_fields(http::Response& response, const AnswerTimes& times) {
    response.fields.add("x-compute-type", std::string(compute_type_of(times.backend)));
    add_time(response, "x-total-time", times.total);
    add_time(response, "x-queue-time", times.queue);
    add_time(response, "x-inference-time", times.inference);
    add_time(response, "x-compute-time", times.compute);
    if (times.texts.texts == 0) return;
    add_time(response, "x-tokenization-time", times.tokenization);
    response.fields.add("x-compute-tokens", std::to_string(times.texts.tokens));
    response.fields.add("x-compute-characters", std::to_string(times.texts.characters));
}

}  // namespace qr
