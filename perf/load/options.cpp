#include "perf/load/options.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <utility>

#include "host/base/narrow.h"
#include "perf/load/requests.h"
#include "perf/load/scenario.h"
#include "perf/load/settings.h"
#include "perf/load/target.h"

namespace qr::load {
namespace {

constexpr const char* kDescription = R"(Sends HTTP requests and measures honestly.

Closed loop:  qr_load --url URL --clients 8 --seconds 5
Open loop:    qr_load --url URL --rate 400 --seconds 5
              qr_load --url URL --step 400x5 --step 400..4000x20 --step 200x5
Scenario:     qr_load --url http://HOST:PORT --scenario perf/load/scenarios/burst.toml

An open loop sends at its rate whatever the server does, and measures latency from the intended send
time. The result is JSON: counts by status, failures by kind, quantiles in microseconds by class of
status, and whether the tool itself was the bottleneck ("saturated"). Exit status 0 after a run, 2
for a wrong command line or scenario, 3 where it cannot run.

Beside a scenario, --seconds stretches or shrinks all its steps alike, --rate scales its rates so
that the highest is this one, --clients makes a closed loop of it, --step replaces its steps; other
flags replace what they name. --method, --header, --body and a path are refused there.)";

using Words = std::vector<std::string>;

// As the command line spells it.
struct Flags {
    std::string url, scenario, method, clients, rate, seconds, arrivals, seed, connections_max,
        timeout_ms, lag_max_us, row_ms, warm_up, ca_file, output;
    Words headers, bodies, steps;
    bool is_quiet = false;
    bool is_closing = false;
    bool is_insecure = false;
};

void declare(CLI::App& app, Flags& flags) {
    const auto add = [&](const char* flag, auto& target, const char* help) {
        app.add_option(flag, target, help)->type_name("VALUE");
    };
    add("--url", flags.url, "What to ask: http[s]://HOST[:PORT][/PATH]; required");
    add("--scenario", flags.scenario, "TOML file that says all the rest");
    add("--method", flags.method, "Default: POST with a body, else GET");
    add("--header", flags.headers, "'Name: value'; may be given several times");
    add("--body", flags.bodies, "File to send; several are sent in turns");
    add("--clients", flags.clients, "Closed loop: requests in progress at any time");
    add("--rate", flags.rate, "Open loop: requests a second");
    add("--step", flags.steps,
        "Open loop: RATExSECONDS, or FROM..TOxSECONDS, a ramp; several follow one another");
    add("--seconds", flags.seconds, "Length of a run with --clients or --rate");
    add("--warm-up", flags.warm_up,
        "Seconds of load like the first step's begin, before it and in no figure. Default: 0");
    add("--arrivals", flags.arrivals, "Open loop: constant (default) or poisson");
    add("--seed", flags.seed,
        "Of Poisson arrivals, of the draws among a scenario's requests and of their bodies. "
        "Default: 1");
    add("--connections-max", flags.connections_max,
        "Open loop: connections at once; an intent that finds none free waits. Default: 512");
    app.add_flag("--no-keep-alive", flags.is_closing,
                 "A new connection for each request. The machine's ports bound how many can close "
                 "in a minute");
    add("--ca-file", flags.ca_file,
        "https: certificates to trust (PEM). Default: the system's. Each connection is a full "
        "handshake");
    app.add_flag("--insecure", flags.is_insecure,
                 "https: verify neither certificate nor host name");
    add("--timeout-ms", flags.timeout_ms, "From the intended send time. Default: 10000");
    add("--lag-max-us", flags.lag_max_us,
        "The tool counts as saturated when it sends later than this (99th percentile), or uses "
        "more than 0.9 of a core. Default: 1000");
    add("--row-ms", flags.row_ms, "Time series with rows this long. Default: 0, none");
    add("--output", flags.output, "File of the JSON. Default: standard output");
    app.add_flag("--quiet", flags.is_quiet, "No progress and no summary on standard error");
}

Setting given(const std::string& text, const char* flag) {
    if (text.empty()) return std::nullopt;
    return Given{text, flag};
}

std::vector<Given> all_given(const Words& words, const char* flag) {
    std::vector<Given> all;
    for (const std::string& word : words)
        all.push_back({word, flag});
    return all;
}

Settings settings_of(const Flags& flags) {
    Settings settings;
    settings.clients = given(flags.clients, "--clients");
    settings.rate = given(flags.rate, "--rate");
    settings.seconds = given(flags.seconds, "--seconds");
    settings.arrivals = given(flags.arrivals, "--arrivals");
    settings.seed = given(flags.seed, "--seed");
    settings.connections_max = given(flags.connections_max, "--connections-max");
    settings.timeout_ms = given(flags.timeout_ms, "--timeout-ms");
    settings.lag_max_us = given(flags.lag_max_us, "--lag-max-us");
    settings.row_ms = given(flags.row_ms, "--row-ms");
    settings.warm_up_s = given(flags.warm_up, "--warm-up");
    settings.keep_alive = given(flags.is_closing ? "false" : "", "--no-keep-alive");
    settings.steps = all_given(flags.steps, "--step");
    return settings;
}

// The one request that flags describe.
Result<std::vector<RequestSettings>> request_of(const Flags& flags, const Target& target) {
    RequestSettings request;
    request.origin = "--url";
    request.method = given(flags.method, "--method");
    request.path = given(target.path, "--url");
    request.headers = all_given(flags.headers, "--header");
    for (const std::string& path : flags.bodies) {
        Result<std::string> body = read_file({path, "--body"}, kBodyBytesMax);
        if (!body.ok()) return body.error();
        request.bodies.push_back({*std::move(body), "--body"});
    }
    return std::vector<RequestSettings>{std::move(request)};
}

Result<void> refuse_beside_scenario(const Flags& flags, const Target& target) {
    const auto refuse = [](const char* flag, const std::string& found) {
        return wrong(flag, found, "none beside --scenario");
    };
    if (!target.path.empty() && target.path != "/") {
        return wrong("--url", flags.url, "http[s]://HOST[:PORT] beside --scenario");
    }
    if (!flags.method.empty()) return refuse("--method", flags.method);
    if (!flags.headers.empty()) return refuse("--header", flags.headers[0]);
    if (!flags.bodies.empty()) return refuse("--body", flags.bodies[0]);
    return {};
}

Result<void> read_target(const Flags& flags, const Target& target, Plan& plan) {
    plan.scheme = target.scheme;
    plan.host = target.host;
    plan.port = target.port;
    plan.ca_file = flags.ca_file;
    plan.is_verified = !flags.is_insecure;
    if (target.scheme == Scheme::https) {
        if (!flags.ca_file.empty() && flags.is_insecure)
            return wrong("--ca-file", flags.ca_file, "none beside --insecure");
        return {};
    }
    if (!flags.ca_file.empty()) return wrong("--ca-file", flags.ca_file, "none beside http://");
    if (flags.is_insecure) return wrong("--insecure", "", "none beside http://");
    return {};
}

// Last, because generated bodies come from the plan's seed.
Result<Plan> with_requests(const std::vector<RequestSettings>& settings, Plan plan) {
    Result<std::vector<Request>> requests = read_requests(settings, plan.seed);
    if (!requests.ok()) return requests.error();
    plan.requests = *std::move(requests);
    return plan;
}

Result<Plan> plan_of_flags(const Flags& flags, const Target& target, Plan plan) {
    const Result<std::vector<RequestSettings>> requests = request_of(flags, target);
    if (!requests.ok()) return requests.error();
    if (Result<void> read = read_settings(settings_of(flags), plan); !read.ok())
        return read.error();
    return with_requests(*requests, std::move(plan));
}

Result<Plan> plan_of_scenario(const Flags& flags, const Target& target, Plan plan) {
    if (Result<void> beside = refuse_beside_scenario(flags, target); !beside.ok())
        return beside.error();
    const Result<Scenario> scenario = read_scenario(flags.scenario);
    if (!scenario.ok()) return scenario.error();
    plan.scenario = scenario->name;
    if (Result<void> read = read_settings(scenario->settings, plan); !read.ok())
        return read.error();
    if (Result<void> read = override_settings(scenario->settings, settings_of(flags), plan);
        !read.ok())
        return read.error();
    return with_requests(scenario->requests, std::move(plan));
}

Result<Plan> plan_of(const Flags& flags) {
    Plan plan;
    const Result<Target> target = parse_url(flags.url);
    if (!target.ok()) return target.error();
    if (Result<void> read = read_target(flags, *target, plan); !read.ok()) return read.error();
    return flags.scenario.empty() ? plan_of_flags(flags, *target, std::move(plan))
                                  : plan_of_scenario(flags, *target, std::move(plan));
}

}  // namespace

Result<Options> parse_options(std::span<const char* const> arguments) {
    Flags flags;
    CLI::App app(kDescription, "qr_load");
    declare(app, flags);
    try {
        app.parse(narrow<int>(arguments.size()), arguments.data());
    } catch (const CLI::CallForHelp&) {
        Options help;
        help.is_help = true;
        help.help_text = app.help();
        return help;
    } catch (const CLI::ParseError& error) {
        return Error{.code = Code::invalid, .message = error.what()};
    }
    Result<Plan> plan = plan_of(flags);
    if (!plan.ok()) return plan.error();
    Options options;
    options.plan = *std::move(plan);
    options.output = flags.output;
    options.is_quiet = flags.is_quiet;
    return options;
}

}  // namespace qr::load
