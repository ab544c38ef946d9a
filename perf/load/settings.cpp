#include "perf/load/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <limits>

#include "host/base/narrow.h"

namespace qr::load {
namespace {

constexpr double kRateMin = 0.1;
constexpr double kRateMax = 1e6;
constexpr double kSecondsMin = 0.1;
constexpr double kSecondsMax = 86'400;
constexpr double kWarmUpMax = 600;
constexpr double kTimeoutMaxMs = 600'000;
constexpr double kLagMaxUs = 1e6;

std::string number_text(double number) {
    std::string text = std::to_string(number);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

Duration rounded_duration(double seconds) {
    return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

double rate_max(const Plan& plan) {
    double highest = 0;
    for (const Step& step : plan.steps)
        highest = std::max(highest, step.rate_max());
    return highest;
}

Result<void> read_length(const Given& given, Plan& plan) {
    const Result<double> length = parse_number(given, kSecondsMin, kSecondsMax);
    if (!length.ok()) return length.error();
    plan.steps = {{.rate = 0, .length = rounded_duration(*length)}};
    return {};
}

Result<void> read_clients(const Given& given, Plan& plan) {
    const Result<std::size_t> clients = parse_count(given, 1, kConnectionsMax);
    if (!clients.ok()) return clients.error();
    plan.loop = Loop::closed;
    plan.clients = *clients;
    plan.steps = {{.rate = 0, .length = plan.length()}};
    return {};
}

Result<void> read_steps(const std::vector<Given>& steps, Plan& plan) {
    if (steps.size() > kStepsMax) {
        return wrong(steps[kStepsMax].origin, std::to_string(steps.size()) + " of them",
                     "at most " + std::to_string(kStepsMax));
    }
    plan.loop = Loop::open;
    plan.steps.clear();
    for (const Given& given : steps) {
        const Result<Step> step = parse_step(given);
        if (!step.ok()) return step.error();
        plan.steps.push_back(*step);
    }
    return {};
}

// All rates alike; where there is none to scale it becomes the one rate of an open loop.
Result<void> read_rate(const Given& given, Plan& plan) {
    const Result<double> rate = parse_number(given, kRateMin, kRateMax);
    if (!rate.ok()) return rate.error();
    const double before = plan.loop == Loop::open ? rate_max(plan) : 0;
    plan.loop = Loop::open;
    if (before <= 0) {
        plan.steps = {{.rate = *rate, .length = plan.length()}};
        return {};
    }
    for (Step& step : plan.steps) {
        step.rate *= *rate / before;
        step.rate_end *= *rate / before;
    }
    return {};
}

Result<void> scale_length(const Given& given, Plan& plan) {
    const Result<double> length = parse_number(given, kSecondsMin, kSecondsMax);
    if (!length.ok()) return length.error();
    // Their ends are scaled, not their lengths, so that the sum is what was asked for.
    const double factor = *length / std::chrono::duration<double>(plan.length()).count();
    Duration end_before{};
    Duration end{};
    for (Step& step : plan.steps) {
        end_before += step.length;
        const Duration begin = end;
        end = rounded_duration(std::chrono::duration<double>(end_before).count() * factor);
        step.length = std::max(end - begin, Duration(1));
    }
    return {};
}

int loops_in(const Settings& settings) {
    return (settings.clients ? 1 : 0) + (settings.rate ? 1 : 0) + (settings.steps.empty() ? 0 : 1);
}

// Of what is not there, or wrong only beside others.
Error wrong_in(const Settings& settings, const std::string& flags, const std::string& keys,
               const std::string& found, const std::string& allowed) {
    return wrong(settings.file.empty() ? flags : settings.file + ": " + keys, found, allowed);
}

Result<void> read_loop(const Settings& settings, Plan& plan) {
    if (loops_in(settings) != 1) {
        return wrong_in(settings, "--clients, --rate, --step", "clients, rate, steps",
                        std::to_string(loops_in(settings)) + " of them", "exactly one");
    }
    if (settings.steps.empty() == !settings.seconds) {
        return wrong_in(settings, "--seconds", "seconds",
                        settings.seconds ? settings.seconds->text : "",
                        settings.steps.empty() ? "a length" : "none beside steps");
    }
    if (!settings.steps.empty()) return read_steps(settings.steps, plan);
    if (Result<void> length = read_length(*settings.seconds, plan); !length.ok()) return length;
    return settings.clients ? read_clients(*settings.clients, plan)
                            : read_rate(*settings.rate, plan);
}

Result<void> override_loop(const Settings& flags, Plan& plan) {
    if (loops_in(flags) > 1) {
        return wrong("--clients, --rate, --step", std::to_string(loops_in(flags)) + " of them",
                     "at most one beside a scenario");
    }
    if (!flags.steps.empty()) return read_loop(flags, plan);
    if (flags.seconds) {
        if (Result<void> length = scale_length(*flags.seconds, plan); !length.ok()) return length;
    }
    if (flags.clients) return read_clients(*flags.clients, plan);
    if (flags.rate) return read_rate(*flags.rate, plan);
    return {};
}

Result<void> read_words(const Settings& settings, Plan& plan) {
    if (const Setting& given = settings.arrivals) {
        if (given->text != "constant" && given->text != "poisson")
            return wrong(given->origin, given->text, "constant or poisson");
        plan.arrivals = given->text == "poisson" ? Arrivals::poisson : Arrivals::constant;
    }
    if (const Setting& given = settings.keep_alive) plan.keeps_alive = given->text == "true";
    if (const Setting& given = settings.seed) {
        const auto seed = parse_count(*given, 0, std::numeric_limits<std::size_t>::max());
        if (!seed.ok()) return seed.error();
        plan.seed = *seed;
    }
    if (const Setting& given = settings.connections_max) {
        const auto connections = parse_count(*given, 1, kConnectionsMax);
        if (!connections.ok()) return connections.error();
        plan.connections_max = *connections;
    }
    return {};
}

Result<void> read_times(const Settings& settings, Plan& plan) {
    struct Time {
        const Setting& given;
        double lowest, highest, seconds;  // of the unit
        Duration& to;
    };
    const Time times[] = {{settings.timeout_ms, 1, kTimeoutMaxMs, 1e-3, plan.timeout},
                          {settings.lag_max_us, 1, kLagMaxUs, 1e-6, plan.lag_max},
                          {settings.row_ms, 0, kTimeoutMaxMs, 1e-3, plan.row},
                          {settings.warm_up_s, 0, kWarmUpMax, 1, plan.warm_up}};
    for (const Time& time : times) {
        if (!time.given) continue;
        const Result<double> value = parse_number(*time.given, time.lowest, time.highest);
        if (!value.ok()) return value.error();
        time.to = rounded_duration(*value * time.seconds);
    }
    return {};
}

// What only the whole can tell.
Result<void> check(const Settings& settings, const Plan& plan) {
    const auto refuse = [](const Setting& setting, std::string_view name, std::string_view found,
                           const std::string& allowed) {
        return wrong(setting ? setting->origin : name, setting ? setting->text : found, allowed);
    };
    if (plan.row > Duration::zero() && plan.length() / plan.row >= std::int64_t{kRowsMax}) {
        return refuse(settings.row_ms, "--row-ms", "",
                      "0, or a row of which the run has at most " + std::to_string(kRowsMax));
    }
    const double timeout = std::chrono::duration<double>(plan.timeout).count();
    if (rate_max(plan) * timeout > kWaitingMax) {
        return refuse(settings.timeout_ms, "--timeout-ms", number_text(timeout * 1e3),
                      "at most " + number_text(kWaitingMax) + " requests of the rate");
    }
    if (plan.loop == Loop::open && plan.warm_up > Duration::zero() && plan.steps[0].rate <= 0) {
        return refuse(settings.warm_up_s, "--warm-up", "",
                      "0 where the first step begins at rate 0");
    }
    return {};
}

Settings merged(Settings base, const Settings& over) {
    for (const auto member :
         {&Settings::arrivals, &Settings::seed, &Settings::connections_max, &Settings::timeout_ms,
          &Settings::lag_max_us, &Settings::row_ms, &Settings::warm_up_s, &Settings::keep_alive}) {
        if (over.*member) base.*member = over.*member;
    }
    return base;
}

Result<void> read_rest(const Settings& settings, Plan& plan) {
    if (Result<void> words = read_words(settings, plan); !words.ok()) return words;
    if (Result<void> times = read_times(settings, plan); !times.ok()) return times;
    return check(settings, plan);
}

}  // namespace

Error wrong(std::string_view origin, std::string_view found, std::string_view allowed) {
    return {.code = Code::invalid,
            .message = std::string(origin) + ": '" + std::string(found) + "', allowed is " +
                       std::string(allowed)};
}

Result<double> parse_number(const Given& given, double lowest, double highest) {
    double value = 0;
    const char* const end = given.text.data() + given.text.size();
    const auto [stop, code] = std::from_chars(given.text.data(), end, value);
    if (code != std::errc() || stop != end || !(value >= lowest && value <= highest))
        return wrong(given.origin, given.text, number_text(lowest) + ".." + number_text(highest));
    return value;
}

Result<std::size_t> parse_count(const Given& given, std::size_t lowest, std::size_t highest) {
    std::size_t value = 0;
    const char* const end = given.text.data() + given.text.size();
    const auto [stop, code] = std::from_chars(given.text.data(), end, value);
    if (code != std::errc() || stop != end || value < lowest || value > highest) {
        return wrong(given.origin, given.text,
                     std::to_string(lowest) + ".." + std::to_string(highest));
    }
    return value;
}

Result<std::string> read_file(const Given& path, std::size_t bytes_max) {
    std::ifstream file(path.text, std::ios::binary);
    std::string text;
    std::array<char, 64 * 1024> part;
    while (text.size() <= bytes_max && file) {
        file.read(part.data(), part.size());
        text.append(part.data(), narrow<std::size_t>(file.gcount()));
    }
    if (text.size() > bytes_max) {
        return wrong(path.origin, path.text + ", more bytes than that",
                     "a file of at most " + std::to_string(bytes_max) + " bytes");
    }
    if (!file.eof()) return wrong(path.origin, path.text, "a file that can be read");
    return text;
}

Result<Step> parse_step(const Given& given) {
    constexpr std::string_view kRange = "..";
    const std::string_view text = given.text;
    const Error error =
        wrong(given.origin, text,
              "RATExSECONDS or FROM..TOxSECONDS with rates of 0 (a pause) or " +
                  number_text(kRateMin) + ".." + number_text(kRateMax) + " and " +
                  number_text(kSecondsMin) + ".." + number_text(kSecondsMax) + " seconds");
    const std::size_t times = text.find('x');
    if (times == text.npos) return error;
    const std::string_view rates = text.substr(0, times);
    const std::size_t range = rates.find(kRange);
    const std::string_view last = range == rates.npos ? rates : rates.substr(range + kRange.size());
    const auto read = [](std::string_view part, double lowest, double highest) {
        return parse_number({std::string(part), {}}, lowest, highest);
    };
    const Result<double> from = read(rates.substr(0, range), 0, kRateMax);
    const Result<double> to = read(last, 0, kRateMax);
    const Result<double> length = read(text.substr(times + 1), kSecondsMin, kSecondsMax);
    const auto is_rate = [](double rate) { return rate == 0 || rate >= kRateMin; };
    if (!from.ok() || !to.ok() || !length.ok() || !is_rate(*from) || !is_rate(*to)) return error;
    return Step{.rate = *from, .length = rounded_duration(*length), .rate_end = *to};
}

Result<void> read_settings(const Settings& settings, Plan& plan) {
    if (Result<void> loop = read_loop(settings, plan); !loop.ok()) return loop;
    return read_rest(settings, plan);
}

Result<void> override_settings(const Settings& scenario, const Settings& flags, Plan& plan) {
    if (Result<void> loop = override_loop(flags, plan); !loop.ok()) return loop;
    return read_rest(merged(scenario, flags), plan);
}

}  // namespace qr::load
