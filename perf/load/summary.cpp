#include "perf/load/summary.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "perf/load/report.h"

namespace qr::load {
namespace {

constexpr const char* kHeadLine =
    "                          sent       2xx       429     other    failed   2xx/s    p50 ms    "
    "p99 ms  p99.9 ms    max ms\n";

// As printf wants a whole number.
unsigned long long print(std::uint64_t count) {
    return count;
}

[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...) {
    std::array<char, 256> line;
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(line.data(), line.size(), format, arguments);
    va_end(arguments);
    return line.data();
}

std::string print_row(const std::string& name, const Counts& counts, Duration length) {
    const Histogram& ok = counts.ok_latency;
    std::string row =
        text("%-20.20s %9llu %9llu %9llu %9llu %9llu %7.0f", name.c_str(), print(counts.sent),
             print(ok.count()), print(counts.refused_latency.count()),
             print(counts.other_latency.count()), print(counts.failed()),
             static_cast<double>(counts.ok_within) / in_seconds(length));
    for (const Duration latency :
         {ok.quantile(0.50), ok.quantile(0.99), ok.quantile(0.999), ok.max()})
        row += ok.count() == 0 ? text("%10s", "-") : text("%10.2f", in_seconds(latency) * 1e3);
    return row + "\n";
}

std::string name_of(const Step& step) {
    const std::string length = text("x%gs", in_seconds(step.length));
    if (step.rate == step.rate_end) return text("%g/s ", step.rate) + length;
    return text("%g..%g/s ", step.rate, step.rate_end) + length;
}

std::string print_head(const Plan& plan, const RunFigures& figures) {
    std::string head = plan.scenario.empty() ? "" : plan.scenario + ", ";
    head +=
        plan.loop == Loop::open ? "open loop" : "closed loop of " + std::to_string(plan.clients);
    if (plan.warm_up > Duration::zero())
        head += text(", %g s of warm-up not counted", in_seconds(plan.warm_up));
    return head +
           text(", %.1f s, %llu connections opened (%zu at once), the tool used %.2f cores\n",
                in_seconds(figures.wall), print(figures.connections_opened),
                figures.connections_peak, figures.cpu_seconds / in_seconds(figures.wall));
}

}  // namespace

std::string print_summary(const Plan& plan, const RunFigures& figures) {
    const Tally& tally = figures.tally;
    std::string summary = print_head(plan, figures) + kHeadLine;
    if (plan.steps.size() > 1) {
        for (std::size_t i = 0; i < plan.steps.size(); ++i)
            summary += print_row(name_of(plan.steps[i]), tally.steps()[i], plan.steps[i].length);
    }
    if (plan.requests.size() > 1) {
        for (std::size_t i = 0; i < plan.requests.size(); ++i)
            summary += print_row(plan.requests[i].name, tally.requests()[i], plan.length());
    }
    summary += print_row("total", tally.total(), plan.length());
    summary += "percentiles of 2xx, ms:";
    for (const auto& [percent, latency] : percentiles_of(tally.total().ok_latency))
        summary += text("  %g: %.3f", percent, in_seconds(latency) * 1e3);
    summary += '\n';
    for (const auto& [failure, why] : tally.examples())
        summary += "failed (" + std::string(to_string(failure)) + "), for example: " + why + "\n";
    if (is_saturated(plan, figures))
        summary +=
            "The tool itself was late or out of time: these are not the server's figures "
            "alone.\n";
    return summary;
}

}  // namespace qr::load
