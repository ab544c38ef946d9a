// What a run of qr_load is to do, whole and checked: what options.cpp makes of flags and scenario.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/base/clock.h"

namespace qr::load {

inline constexpr std::size_t kStepsMax = 32;
inline constexpr std::size_t kRequestsMax = 32;
inline constexpr std::size_t kBodiesMax = 64;                         // of one request
inline constexpr std::size_t kBodyBytesMax = std::size_t{256} << 20;  // of all requests together
inline constexpr std::size_t kConnectionsMax = 20'000;
inline constexpr std::size_t kRowsMax = 600;
inline constexpr double kWaitingMax = 1e7;  // intents: the largest rate times the timeout

enum class Loop : std::uint8_t { open, closed };
enum class Arrivals : std::uint8_t { constant, poisson };
enum class Scheme : std::uint8_t { http, https };

// A stretch of the run. Open loop: so many intents a second; 0 is a pause. Where the two rates
// differ it is a ramp: the rate grows or falls linearly.
struct Step {
    double rate = 0;  // at its begin
    Duration length{};
    double rate_end = rate;

    double rate_max() const { return rate > rate_end ? rate : rate_end; }
};

struct Request {
    std::string name = "request";  // in the report
    std::uint64_t weight = 1;      // its share of what is sent, beside the others'
    std::string method = "GET";
    std::string path = "/";
    std::vector<std::string> headers;  // "Name: value"
    std::vector<std::string> bodies;   // in turns; none: a request without a body
};

struct Plan {
    std::string scenario;  // its name; empty: flags alone
    Scheme scheme = Scheme::http;
    std::string host;  // an IPv4 address or a name
    std::uint16_t port = 80;
    std::string ca_file;      // of https; empty: the certificates that the system trusts
    bool is_verified = true;  // https: certificate and host name
    bool keeps_alive = true;  // false: a connection for each request

    std::vector<Request> requests{{}};  // drawn by weight

    Loop loop = Loop::closed;
    std::size_t clients = 1;  // closed loop: requests in progress at any time
    std::vector<Step> steps;  // at least one; a closed loop has exactly one
    Arrivals arrivals = Arrivals::constant;
    std::uint64_t seed = 1;  // of Poisson arrivals, and of the draws
    Duration warm_up{};      // before the first step, as that begins; in no figure

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
