#include "perf/host/cuda/measure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "host/base/check.h"

namespace qr::perf {
namespace {

constexpr std::size_t kRepeatsMin = 3;
constexpr double kFilledSeconds = 500e-6;
constexpr double kRunsMax = 50;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

bool is_enough(std::size_t repeats, Clock::time_point start, Effort effort) {
    if (repeats < kRepeatsMin) return false;
    return repeats >= effort.repeats_max || seconds_since(start) >= effort.seconds_max;
}

class Event {
  public:
    Event() { require(cudaEventCreate(&event_), "cudaEventCreate"); }
    ~Event() { cudaEventDestroy(event_); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    void record(cudaStream_t stream) { require(cudaEventRecord(event_, stream), "an event"); }
    double seconds_since(const Event& start) const {
        float milliseconds = 0;
        require(cudaEventSynchronize(event_), "the work that is timed");
        require(cudaEventElapsedTime(&milliseconds, start.event_, event_), "cudaEventElapsedTime");
        return double{milliseconds} * 1e-3;
    }

  private:
    cudaEvent_t event_ = nullptr;
};

}  // namespace

void give_up(std::string_view what) {
    std::fprintf(stderr, "gpu_bench: %.*s\n", static_cast<int>(what.size()), what.data());
    std::exit(1);
}

void require(cudaError_t code, std::string_view what) {
    if (code == cudaSuccess) return;
    give_up(std::string(what) + ": " + cudaGetErrorName(code) + ", " + cudaGetErrorString(code));
}

Times::Times(std::vector<double> seconds) : seconds_(std::move(seconds)) {
    QR_CHECK(!seconds_.empty());
    std::ranges::sort(seconds_);
}

double Times::quantile(double share) const {
    const double rank = std::ceil(share * static_cast<double>(seconds_.size()));
    return seconds_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

nlohmann::ordered_json Times::json() const {
    return {{"count", seconds_.size()},
            {"median_s", median()},
            {"p95_s", quantile(0.95)},
            {"p99_s", quantile(0.99)},
            {"least_s", seconds_.front()}};
}

Times time_on_device(cudaStream_t stream, Effort effort, const std::function<void()>& enqueue) {
    Event start, stop;
    const auto time = [&](std::size_t runs) {
        start.record(stream);
        for (std::size_t i = 0; i < runs; ++i)
            enqueue();
        stop.record(stream);
        return stop.seconds_since(start) / static_cast<double>(runs);
    };
    time(1);
    const auto runs = static_cast<std::size_t>(
        std::clamp(kFilledSeconds / std::max(time(1), 1e-9), 1.0, kRunsMax));
    std::vector<double> seconds;
    const auto begin = Clock::now();
    while (!is_enough(seconds.size(), begin, effort))
        seconds.push_back(time(runs));
    return Times(std::move(seconds));
}

Times time_calls(Effort effort, const std::function<void()>& call) {
    call();
    std::vector<double> seconds;
    const auto begin = Clock::now();
    while (!is_enough(seconds.size(), begin, effort)) {
        const auto start = Clock::now();
        call();
        seconds.push_back(seconds_since(start));
    }
    return Times(std::move(seconds));
}

}  // namespace qr::perf
