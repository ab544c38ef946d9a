#include "server/handlers/timing_fields.h"

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

void add_timing_fields(http::Response& response, const AnswerTimes& times) {
    response.fields.add("x-compute-type", std::string(compute_type_of(times.backend)));
    add_time(response, "x-total-time", times.total);
    add_time(response, "x-queue-time", times.queue);
    add_time(response, "x-inference-time", times.inference);
    add_time(response, "x-compute-time", times.compute);
}

}  // namespace qr
