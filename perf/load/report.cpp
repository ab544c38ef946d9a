#include "perf/load/report.h"

#include <nlohmann/json.hpp>

#include <array>

namespace qr::load {
namespace {

using nlohmann::ordered_json;

// Beyond it the tool has no time to be on time.
constexpr double kCoreShareMax = 0.9;
constexpr double kLagQuantile = 0.99;

// Of the whole run's 2xx, as far as the counts support them.
constexpr std::array<double, 10> kPercentiles = {0, 50, 75, 90, 95, 99, 99.9, 99.99, 99.999, 100};

double microseconds(Duration duration) {
    return std::chrono::duration<double, std::micro>(duration).count();
}

ordered_json quantiles_of(const Histogram& histogram) {
    ordered_json json{{"count", histogram.count()}};
    if (histogram.count() == 0) return json;
    json["p50_us"] = microseconds(histogram.quantile(0.50));
    json["p90_us"] = microseconds(histogram.quantile(0.90));
    json["p99_us"] = microseconds(histogram.quantile(0.99));
    json["p999_us"] = microseconds(histogram.quantile(0.999));
    json["max_us"] = microseconds(histogram.max());
    return json;
}

ordered_json print_counts(const Counts& tally, double length) {
    ordered_json json;
    json["intended"] = tally.intended;
    json["sent"] = tally.sent;
    std::uint64_t answered = 0;
    ordered_json statuses = ordered_json::object();
    for (const auto& [status, count] : tally.statuses) {
        statuses[std::to_string(status)] = count;
        answered += count;
    }
    json["answered"] = answered;
    json["statuses"] = statuses;
    json["refused_without_retry_after"] = tally.refused_without_retry_after;
    for (std::size_t i = 0; i < kFailures; ++i)
        json["failures"][std::string(to_string(static_cast<Failure>(i)))] = tally.failures[i];
    json["intended_per_s"] = static_cast<double>(tally.intended) / length;
    json["sent_per_s"] = static_cast<double>(tally.sent) / length;
    json["ok_per_s"] = static_cast<double>(tally.ok_within) / length;
    json["latency"] = {{"2xx", quantiles_of(tally.ok_latency)},
                       {"429", quantiles_of(tally.refused_latency)},
                       {"other", quantiles_of(tally.other_latency)}};
    json["lag"] = quantiles_of(tally.lag);
    return json;
}

ordered_json print_steps(const Plan& plan, const Tally& tally) {
    ordered_json steps = ordered_json::array();
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const double length = in_seconds(plan.steps[i].length);
        ordered_json step{{"rate", plan.steps[i].rate}, {"seconds", length}};
        if (plan.steps[i].rate_end != plan.steps[i].rate) step["rate_end"] = plan.steps[i].rate_end;
        const Counts& figures = tally.steps()[i];
        step.update(print_counts(figures, length));
        step["is_late"] = figures.lag.quantile(kLagQuantile) > plan.lag_max;
        steps.push_back(std::move(step));
    }
    return steps;
}

ordered_json print_rows(const Plan& plan, const Tally& tally) {
    ordered_json rows = ordered_json::array();
    Duration from{};
    for (const Row& row : tally.rows()) {
        rows.push_back({{"from_s", in_seconds(from)},
                        {"sent", row.sent},
                        {"2xx", row.ok},
                        {"429", row.refused},
                        {"other", row.other},
                        {"failed", row.failed},
                        {"2xx_p50_us", microseconds(row.ok_latency.quantile(0.50))},
                        {"2xx_p99_us", microseconds(row.ok_latency.quantile(0.99))},
                        {"2xx_p999_us", microseconds(row.ok_latency.quantile(0.999))}});
        from += plan.row;
    }
    return rows;
}

ordered_json print_requests(const Plan& plan, const Tally& tally) {
    ordered_json requests;
    for (std::size_t i = 0; i < plan.requests.size(); ++i) {
        const Request& request = plan.requests[i];
        ordered_json json{{"weight", request.weight}, {"bodies", request.bodies.size()}};
        json.update(print_counts(tally.requests()[i], in_seconds(plan.length())));
        requests[request.name] = std::move(json);
    }
    return requests;
}

// What was asked of the run.
ordered_json print_plan(const Plan& plan) {
    ordered_json json;
    if (!plan.scenario.empty()) json["scenario"] = plan.scenario;
    json["target"] = std::string(plan.scheme == Scheme::https ? "https" : "http") + "://" +
                     plan.host + ":" + std::to_string(plan.port);
    json["loop"] = plan.loop == Loop::open ? "open" : "closed";
    if (plan.loop == Loop::closed) json["clients"] = plan.clients;
    if (plan.loop == Loop::open)
        json["arrivals"] = plan.arrivals == Arrivals::poisson ? "poisson" : "constant";
    json["seed"] = plan.seed;
    json["keep_alive"] = plan.keeps_alive;
    if (plan.scheme == Scheme::https) json["verified"] = plan.is_verified;
    json["warm_up_s"] = in_seconds(plan.warm_up);
    return json;
}

}  // namespace

std::vector<Percentile> percentiles_of(const Histogram& histogram) {
    std::vector<Percentile> list;
    if (histogram.count() == 0) return list;
    for (const double percent : kPercentiles) {
        // Beyond the first 1/count from the top there is nothing but the largest value.
        const double above = static_cast<double>(histogram.count()) * (1 - percent / 100);
        if (percent < 100 && above < 1 - 1e-9) continue;
        list.push_back({percent, histogram.quantile(percent / 100)});
    }
    return list;
}

bool is_saturated(const Plan& plan, const RunFigures& figures) {
    return figures.tally.total().lag.quantile(kLagQuantile) > plan.lag_max ||
           figures.cpu_seconds / in_seconds(figures.wall) > kCoreShareMax;
}

std::string print_report(const Plan& plan, const RunFigures& figures) {
    const Counts& total = figures.tally.total();
    ordered_json json = print_plan(plan);
    json["wall_s"] = in_seconds(figures.wall);
    json["cpu_s"] = figures.cpu_seconds;
    json["cores"] = figures.cpu_seconds / in_seconds(figures.wall);
    json["saturated"] = is_saturated(plan, figures);
    json["quantile_relative_error_max"] = Histogram::kRelativeErrorMax;
    json["connections_peak"] = figures.connections_peak;
    json["connections_opened"] = figures.connections_opened;
    json["total"] = print_counts(total, in_seconds(plan.length()));
    json["percentiles"] = ordered_json::array();
    for (const auto& [percent, latency] : percentiles_of(total.ok_latency))
        json["percentiles"].push_back({percent, microseconds(latency)});
    for (const auto& [failure, why] : figures.tally.examples())
        json["examples"][std::string(to_string(failure))] = why;
    json["requests"] = print_requests(plan, figures.tally);
    json["steps"] = print_steps(plan, figures.tally);
    if (!figures.tally.rows().empty()) json["rows"] = print_rows(plan, figures.tally);
    constexpr int kIndent = 1;
    return json.dump(kIndent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace qr::load
