#include "perf/load/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>

#include "host/base/narrow.h"

namespace qr::load {
namespace {

constexpr double kRateMin = 0.1;
constexpr double kRateMax = 1e6;
constexpr double kSecondsMax = 86'400;
constexpr double kTimeoutMaxMs = 600'000;
constexpr std::size_t kHeadersMax = 64;
constexpr std::size_t kBodiesMax = 64;
constexpr std::size_t kBodyBytesMax = std::size_t{256} << 20;

constexpr const char* kDescription = R"(Sends HTTP requests and measures honestly.

Closed loop:  qr_load --url URL --clients 8 --seconds 5
Open loop:    qr_load --url URL --rate 400 --seconds 5
              qr_load --url URL --step 400x5 --step 4000x5 --step 200x5

An open loop sends at its rate whatever the server does, and measures latency from the intended send
time. The result is JSON: counts by status, failures by kind, quantiles in microseconds by class of
status, and whether the tool itself was the bottleneck ("saturated"). Exit status 0 after a run, 2
for a wrong command line, 3 where it cannot run.)";

// As the command line spells it; judged by plan_of().
struct Words {
    std::string url, method, seconds, rate, clients, arrivals = "constant", seed = "1";
    std::string connections_max = "512", timeout_ms = "10000", lag_max_us = "1000", row_ms = "0";
    std::vector<std::string> headers, bodies, steps;
};

Error wrong(std::string_view flag, std::string_view found, std::string_view allowed) {
    return {.code = Code::invalid,
            .message = std::string(flag) + ": '" + std::string(found) + "', allowed is " +
                       std::string(allowed)};
}

std::string text_of(double number) {
    std::string text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

Result<double> number(std::string_view flag, std::string_view text, double lowest, double highest) {
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() ||
        !(value >= lowest && value <= highest)) {
        return wrong(flag, text, text_of(lowest) + ".." + text_of(highest));
    }
    return value;
}

Result<std::size_t> count(std::string_view flag, std::string_view text, std::size_t lowest,
                          std::size_t highest) {
    std::size_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < lowest ||
        value > highest) {
        return wrong(flag, text, std::to_string(lowest) + ".." + std::to_string(highest));
    }
    return value;
}

Duration seconds(double value) {
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(value));
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_visible(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

Result<void> read_url(const std::string& url, Plan& plan) {
    constexpr std::string_view kScheme = "http://";
    const Error error = wrong("--url", url, "http://HOST[:PORT][/PATH]");
    if (!url.starts_with(kScheme) || !is_visible(url)) return error;
    const std::string_view rest = std::string_view(url).substr(kScheme.size());
    const std::string_view authority = rest.substr(0, rest.find('/'));
    if (authority.size() < rest.size()) plan.path = rest.substr(authority.size());
    const std::size_t colon = authority.find(':');
    plan.host = authority.substr(0, colon);
    if (plan.host.empty()) return error;
    if (colon == authority.npos) return {};
    const Result<std::size_t> port = count("--url", authority.substr(colon + 1), 1, 65'535);
    if (!port.ok()) return error;
    plan.port = narrow<std::uint16_t>(*port);
    return {};
}

Result<void> read_request(const Words& words, Plan& plan) {
    if (Result<void> url = read_url(words.url, plan); !url.ok()) return url;
    plan.method = !words.method.empty() ? words.method : words.bodies.empty() ? "GET" : "POST";
    if (!std::ranges::all_of(plan.method, [](char c) { return c >= 'A' && c <= 'Z'; }))
        return wrong("--method", plan.method, "upper-case letters");
    if (words.headers.size() > kHeadersMax || words.bodies.size() > kBodiesMax) {
        return wrong("--header, --body", "too many",
                     std::to_string(kHeadersMax) + " and " + std::to_string(kBodiesMax));
    }
    for (const std::string& header : words.headers) {
        const std::size_t colon = header.find(':');
        std::string name = header.substr(0, colon);
        std::ranges::transform(name, name.begin(), lower);
        const bool is_plain = std::ranges::all_of(header, [](char c) { return c >= ' '; });
        const bool is_ours =
            name == "host" || name == "content-length" || name == "transfer-encoding";
        if (colon == header.npos || !is_visible(name) || !is_plain || is_ours) {
            return wrong("--header", header,
                         "'Name: value', other than Host, Content-Length, Transfer-Encoding");
        }
    }
    plan.headers = words.headers;
    return {};
}

Result<void> read_bodies(const Words& words, Plan& plan) {
    for (const std::string& path : words.bodies) {
        std::ifstream file(path, std::ios::binary);
        std::string body(std::istreambuf_iterator<char>(file), {});
        if (!file.good() && !file.eof()) return wrong("--body", path, "a file that can be read");
        if (body.size() > kBodyBytesMax) {
            return wrong("--body", path + ", " + std::to_string(body.size()) + " bytes",
                         "at most " + std::to_string(kBodyBytesMax));
        }
        plan.bodies.push_back(std::move(body));
    }
    return {};
}

Result<void> read_loop(const Words& words, Plan& plan) {
    const int loops = (words.clients.empty() ? 0 : 1) + (words.rate.empty() ? 0 : 1) +
                      (words.steps.empty() ? 0 : 1);
    if (loops != 1) {
        return wrong("--clients, --rate, --step", std::to_string(loops) + " of them",
                     "exactly one");
    }
    plan.loop = words.clients.empty() ? Loop::open : Loop::closed;
    if (words.steps.empty() == words.seconds.empty()) {
        return wrong("--seconds", words.seconds,
                     words.steps.empty() ? "a length" : "none beside --step");
    }
    if (words.steps.size() > kStepsMax)
        return wrong("--step", std::to_string(words.steps.size()) + " of them",
                     "at most " + std::to_string(kStepsMax));
    for (const std::string& text : words.steps) {
        const Result<Step> step = parse_step(text);
        if (!step.ok()) return step.error();
        plan.steps.push_back(*step);
    }
    if (!words.steps.empty()) return {};
    const Result<double> length = number("--seconds", words.seconds, kRateMin, kSecondsMax);
    if (!length.ok()) return length.error();
    plan.steps = {{.rate = 0, .length = seconds(*length)}};
    if (plan.loop == Loop::open) {
        const Result<double> rate = number("--rate", words.rate, kRateMin, kRateMax);
        if (!rate.ok()) return rate.error();
        plan.steps[0].rate = *rate;
        return {};
    }
    const Result<std::size_t> clients = count("--clients", words.clients, 1, kConnectionsMax);
    if (!clients.ok()) return clients.error();
    plan.clients = *clients;
    return {};
}

Result<void> read_limits(const Words& words, Plan& plan) {
    if (words.arrivals != "constant" && words.arrivals != "poisson")
        return wrong("--arrivals", words.arrivals, "constant or poisson");
    plan.arrivals = words.arrivals == "poisson" ? Arrivals::poisson : Arrivals::constant;
    const auto seed = count("--seed", words.seed, 0, std::numeric_limits<std::size_t>::max());
    const auto connections = count("--connections-max", words.connections_max, 1, kConnectionsMax);
    const auto timeout = number("--timeout-ms", words.timeout_ms, 1, kTimeoutMaxMs);
    const auto lag = number("--lag-max-us", words.lag_max_us, 1, 1e6);
    const auto row = number("--row-ms", words.row_ms, 0, kTimeoutMaxMs);
    if (!seed.ok()) return seed.error();
    if (!connections.ok()) return connections.error();
    if (!timeout.ok()) return timeout.error();
    if (!lag.ok()) return lag.error();
    if (!row.ok()) return row.error();
    plan.seed = *seed;
    plan.connections_max = *connections;
    plan.timeout = seconds(*timeout * 1e-3);
    plan.lag_max = seconds(*lag * 1e-6);
    plan.row = seconds(*row * 1e-3);
    if (plan.row > Duration::zero() && plan.length() / plan.row >= std::int64_t{kRowsMax}) {
        return wrong("--row-ms", words.row_ms,
                     "0, or a row of which the run has at most " + std::to_string(kRowsMax));
    }
    for (const Step& step : plan.steps) {
        if (step.rate * *timeout * 1e-3 <= kWaitingMax) continue;
        return wrong("--timeout-ms", words.timeout_ms,
                     "at most " + text_of(kWaitingMax) + " requests of the rate");
    }
    return {};
}

Result<Plan> plan_of(const Words& words) {
    Plan plan;
    for (const auto read : {&read_request, &read_bodies, &read_loop, &read_limits}) {
        const Result<void> result = read(words, plan);
        if (!result.ok()) return result.error();
    }
    return plan;
}

void declare(CLI::App& app, Words& words, std::string& output) {
    const auto add = [&](const char* flag, auto& target, const char* help) {
        app.add_option(flag, target, help)->type_name("VALUE");
    };
    add("--url", words.url, "What to ask: http://HOST[:PORT][/PATH]; required");
    add("--method", words.method, "Default: POST with a body, else GET");
    add("--header", words.headers, "'Name: value'; may be given several times");
    add("--body", words.bodies, "File to send; several are sent in turns");
    add("--clients", words.clients, "Closed loop: requests in progress at any time");
    add("--rate", words.rate, "Open loop: requests a second");
    add("--step", words.steps, "Open loop: RATExSECONDS; several follow one another");
    add("--seconds", words.seconds, "Length of a run with --clients or --rate");
    add("--arrivals", words.arrivals, "Open loop: constant (default) or poisson");
    add("--seed", words.seed, "Of the Poisson arrivals. Default: 1");
    add("--connections-max", words.connections_max,
        "Open loop: connections at once; an intent that finds none free waits. Default: 512");
    add("--timeout-ms", words.timeout_ms, "From the intended send time. Default: 10000");
    add("--lag-max-us", words.lag_max_us,
        "The tool counts as saturated when it sends later than this (99th percentile), or uses "
        "more than 0.9 of a core. Default: 1000");
    add("--row-ms", words.row_ms, "Time series with rows this long. Default: 0, none");
    add("--output", output, "File of the JSON. Default: standard output");
}

}  // namespace

Result<Step> parse_step(std::string_view text) {
    const std::size_t times = text.find('x');
    const Error error = wrong("--step", text,
                              "RATExSECONDS with a rate of 0 (a pause) or " + text_of(kRateMin) +
                                  ".." + text_of(kRateMax));
    if (times == text.npos) return error;
    const Result<double> rate = number("--step", text.substr(0, times), 0, kRateMax);
    const Result<double> length = number("--step", text.substr(times + 1), kRateMin, kSecondsMax);
    if (!rate.ok() || !length.ok() || (*rate > 0 && *rate < kRateMin)) return error;
    return Step{.rate = *rate, .length = seconds(*length)};
}

Result<Options> parse_options(std::span<const char* const> arguments) {
    Options options;
    Words words;
    CLI::App app(kDescription, "qr_load");
    declare(app, words, options.output);
    try {
        app.parse(narrow<int>(arguments.size()), arguments.data());
    } catch (const CLI::CallForHelp&) {
        options.is_help = true;
        options.help_text = app.help();
        return options;
    } catch (const CLI::ParseError& error) {
        return Error{.code = Code::invalid, .message = error.what()};
    }
    Result<Plan> plan = plan_of(words);
    if (!plan.ok()) return plan.error();
    options.plan = std::move(*plan);
    return options;
}

}  // namespace qr::load
