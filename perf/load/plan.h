// What a run of qr_load is to do, whole and checked: what options.cpp makes of the command line.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/base/clock.h"

namespace qr::load {

inline constexpr std::size_t kStepsMax = 32;
inline constexpr std::size_t kConnectionsMax = 20'000;
inline constexpr std::size_t kRowsMax = 600;
inline constexpr double kWaitingMax = 1e7;  // intents: the largest rate times the timeout

enum class Loop : std::uint8_t { open, closed };
enum class Arrivals : std::uint8_t { constant, poisson };

// A stretch of the run. Open loop: so many intents a second; 0 is a pause.
struct Step {
    double rate = 0;
    Duration length{};
};

struct Plan {
    std::string host;  // an IPv4 address or a name
    std::uint16_t port = 80;
    std::string path = "/";
    std::string method = "GET";
    std::vector<std::string> headers;  // "Name: value"
    std::vector<std::string> bodies;   // in turns; none: a request without a body

    Loop loop = Loop::closed;
    std::size_t clients = 1;  // closed loop: requests in progress at any time
    std::vector<Step> steps;  // at least one; a closed loop has exactly one
    Arrivals arrivals = Arrivals::constant;
    std::uint64_t seed = 1;

    std::size_t connections_max = 512;
    Duration timeout = std::chrono::seconds(10);      // from the intended send time
    Duration lag_max = std::chrono::milliseconds(1);  // 99th percentile; beyond it: saturated
    Duration row{};                                   // 0: no time series

    Duration length() const {
        Duration total{};
        for (const Step& step : steps)
            total += step.length;
        return total;
    }
};

}  // namespace qr::load
