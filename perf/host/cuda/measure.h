// Times of repeated work, on the device's own clock or on the host's.
#pragma once

#include <cuda_runtime_api.h>

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

#include "perf/host/cuda/plan.h"

namespace qr::perf {

// Ends the program with 1 and a sentence: a benchmark has nobody to go on for.
void require(cudaError_t code, std::string_view what);
[[noreturn]] void give_up(std::string_view what);

// Seconds, ascending; never empty.
class Times {
  public:
    explicit Times(std::vector<double> seconds);

    double median() const { return quantile(0.5); }
    double quantile(double share) const;
    nlohmann::ordered_json json() const;  // count, median, p95, p99, least; seconds

  private:
    std::vector<double> seconds_;
};

// Between two events on the stream, of work that is enqueued back to back until it fills some
// hundred microseconds: what one run of it takes of a device that is busy, without the way from the
// host to it. One unmeasured run first.
Times time_on_device(cudaStream_t stream, Effort effort, const std::function<void()>& enqueue);

// On the steady clock, call by call. One unmeasured call first.
Times time_calls(Effort effort, const std::function<void()>& call);

}  // namespace qr::perf
