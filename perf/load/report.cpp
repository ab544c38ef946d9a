#include "perf/load/report.h"

#include <nlohmann/json.hpp>

namespace qr::load {
namespace {

using nlohmann::ordered_json;

// Beyond it the tool has no time to be on time.
constexpr double kCoreShareMax = 0.9;
constexpr double kLagQuantile = 0.99;

double microseconds(Duration duration) {
    return std::chrono::duration<double, std::micro>(duration).count();
}

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
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

ordered_json print_tally(const StepTally& tally, double length) {
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
        const double length = seconds(plan.steps[i].length);
        ordered_json step{{"rate", plan.steps[i].rate}, {"seconds", length}};
        const StepTally& figures = tally.steps()[i];
        step.update(print_tally(figures, length));
        step["is_late"] = figures.lag.quantile(kLagQuantile) > plan.lag_max;
        steps.push_back(std::move(step));
    }
    return steps;
}

ordered_json print_rows(const Plan& plan, const Tally& tally) {
    ordered_json rows = ordered_json::array();
    Duration from{};
    for (const Row& row : tally.rows()) {
        rows.push_back({{"from_s", seconds(from)},
                        {"sent", row.sent},
                        {"2xx", row.ok},
                        {"429", row.refused},
                        {"other", row.other},
                        {"failed", row.failed},
                        {"2xx_p99_us", microseconds(row.ok_latency.quantile(0.99))}});
        from += plan.row;
    }
    return rows;
}

}  // namespace

std::string print_report(const Plan& plan, const RunFigures& figures) {
    const StepTally total = figures.tally.total();
    const double cores = figures.cpu_seconds / seconds(figures.wall);
    const bool is_late = total.lag.quantile(kLagQuantile) > plan.lag_max;
    ordered_json json;
    json["loop"] = plan.loop == Loop::open ? "open" : "closed";
    if (plan.loop == Loop::closed) json["clients"] = plan.clients;
    if (plan.loop == Loop::open) {
        json["arrivals"] = plan.arrivals == Arrivals::poisson ? "poisson" : "constant";
        if (plan.arrivals == Arrivals::poisson) json["seed"] = plan.seed;
    }
    json["wall_s"] = seconds(figures.wall);
    json["cpu_s"] = figures.cpu_seconds;
    json["cores"] = cores;
    json["saturated"] = is_late || cores > kCoreShareMax;
    json["quantile_relative_error_max"] = Histogram::kRelativeErrorMax;
    json["connections_peak"] = figures.connections_peak;
    json["connections_opened"] = figures.connections_opened;
    json["total"] = print_tally(total, seconds(plan.length()));
    for (const auto& [failure, why] : figures.tally.examples())
        json["examples"][std::string(to_string(failure))] = why;
    json["steps"] = print_steps(plan, figures.tally);
    if (!figures.tally.rows().empty()) json["rows"] = print_rows(plan, figures.tally);
    constexpr int kIndent = 1;
    return json.dump(kIndent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace qr::load
