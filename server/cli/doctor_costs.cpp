#include "server/cli/doctor_costs.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <utility>

#include "host/backend/calibration.h"
#include "host/backend/failover_backend.h"

namespace qr::cli {
namespace {

constexpr std::string_view kCpu = "cpu";
constexpr std::string_view kAny = "auto";
constexpr std::size_t kDimension = 768;
constexpr std::array<std::size_t, 3> kDocuments = {100, 1'000, 10'000};
constexpr std::size_t kQueriesMax = 512;
// A first call may load a device's code.
constexpr std::chrono::seconds kPatience{30};

struct Crossover {
    std::string_view device;
    std::size_t documents = 0;
    std::optional<std::size_t> queries;
};

Result<SideCosts> measure(std::shared_ptr<FidelityBackend> backend, bool is_device,
                          const BackendOptions& options) {
    static const SteadyClock clock;
    if (!is_device) return calibrate(*backend, clock);
    Result<std::unique_ptr<FidelityBackend>> cpu = make_backend(kCpu, options);
    if (!cpu.ok()) return cpu.error();
    const Result<std::unique_ptr<FailoverBackend>> guarded =
        FailoverBackend::make(std::move(backend), std::move(*cpu), clock, {.timeout = kPatience});
    if (!guarded.ok()) return guarded.error();
    return calibrate(**guarded, clock);
}

const MeasuredCosts* find_cpu(std::span<const MeasuredCosts> measured) {
    const auto found = std::ranges::find(measured, kCpu, &MeasuredCosts::backend);
    return found == measured.end() || !found->costs ? nullptr : &*found;
}

std::vector<Crossover> crossovers(std::span<const MeasuredCosts> measured) {
    std::vector<Crossover> all;
    const MeasuredCosts* const cpu = find_cpu(measured);
    if (cpu == nullptr) return all;
    for (const MeasuredCosts& one : measured) {
        if (!one.is_device || !one.costs) continue;
        for (const std::size_t documents : kDocuments) {
            all.push_back(
                {one.backend, documents,
                 crossover_queries(*one.costs, *cpu->costs, documents, kDimension, kQueriesMax)});
        }
    }
    return all;
}

// 1e9 of it a second; what cost nothing that could be measured has no rate.
std::string rate_of(double seconds, const char* unit) {
    if (seconds <= 0) return std::string(unit) + " for nothing";
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.3g %s", 1e-9 / seconds, unit);
    return text.data();
}

std::string line_of(const SideCosts& costs) {
    std::array<char, 64> fixed{};
    std::snprintf(fixed.data(), fixed.size(), "%.1f us a batch, %.2f us a task, ",
                  costs.latency * 1e6, costs.task * 1e6);
    return fixed.data() + rate_of(costs.byte, "GB/s") + " (" + rate_of(costs.staged_byte, "GB/s") +
           " staged), " + rate_of(costs.multiply_add, "G multiply-adds/s") + ", " +
           rate_of(costs.pair, "G pairs/s");
}

std::string words_for(const Crossover& crossover) {
    if (!crossover.queries) return "at no number of queries up to " + std::to_string(kQueriesMax);
    if (*crossover.queries == 1) return "from 1 query on";
    return "from " + std::to_string(*crossover.queries) + " queries on";
}

}  // namespace

std::vector<MeasuredCosts> measure_costs(std::span<const BackendEntry> entries,
                                         std::string_view chosen, const BackendOptions& options) {
    std::vector<MeasuredCosts> measured;
    for (const BackendEntry& entry : entries) {
        if (chosen != kAny && chosen != entry.name) continue;
        Result<std::unique_ptr<FidelityBackend>> backend = entry.make(options);
        if (!backend.ok()) continue;
        MeasuredCosts& one = measured.emplace_back(MeasuredCosts{.backend = entry.name});
        one.is_device = (*backend)->capabilities().device != kCpu;
        const Result<SideCosts> costs = measure(std::move(*backend), one.is_device, options);
        if (costs.ok()) {
            one.costs = *costs;
        } else {
            one.reason = costs.error().message;
        }
    }
    return measured;
}

void print_costs(std::span<const MeasuredCosts> measured, std::ostream& out) {
    out << "costs, as --backend auto measures them\n";
    for (const MeasuredCosts& one : measured) {
        std::string name(one.backend);
        constexpr std::size_t kNameColumns = 12;
        name.resize(std::max(name.size(), kNameColumns), ' ');
        out << "  " << name << "  "
            << (one.costs ? line_of(*one.costs) : "not measured: " + one.reason) << '\n';
    }
    for (const Crossover& crossover : crossovers(measured)) {
        out << "  " << crossover.device << " finishes before " << kCpu << " on "
            << crossover.documents << " documents of " << kDimension << " dimensions "
            << words_for(crossover) << '\n';
    }
}

nlohmann::ordered_json costs_json(std::span<const MeasuredCosts> measured) {
    nlohmann::ordered_json json = {{"backends", nlohmann::ordered_json::array()},
                                   {"crossovers", nlohmann::ordered_json::array()}};
    for (const MeasuredCosts& one : measured) {
        nlohmann::ordered_json backend = {{"name", one.backend}};
        if (one.costs) {
            backend["batch_seconds"] = one.costs->latency;
            backend["task_seconds"] = one.costs->task;
            backend["byte_seconds"] = one.costs->byte;
            backend["staged_byte_seconds"] = one.costs->staged_byte;
            backend["multiply_add_seconds"] = one.costs->multiply_add;
            backend["pair_seconds"] = one.costs->pair;
        } else {
            backend["reason"] = one.reason;
        }
        json["backends"].push_back(std::move(backend));
    }
    for (const Crossover& crossover : crossovers(measured)) {
        nlohmann::ordered_json entry = {{"device", crossover.device},
                                        {"host", kCpu},
                                        {"dimension", kDimension},
                                        {"documents", crossover.documents},
                                        {"queries", nullptr}};
        if (crossover.queries) entry["queries"] = *crossover.queries;
        json["crossovers"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace qr::cli
