// Every backend that the contract suites hold to their word: the registry, the failover around two
// of its entries, with its primary serving and with its primary lost, and the routing between two,
// with either side the quicker one. A program that brings backends along itself runs the suites on
// those alone.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "host/backend/backends.h"
#include "host/backend/failover_backend.h"
#include "host/backend/routed_backend.h"

namespace qr::test {

inline const Clock& contract_clock() {
    static const SteadyClock clock;
    return clock;
}

inline Result<std::unique_ptr<FailoverBackend>> make_cpu_before_reference(
    const BackendOptions& options) {
    auto primary = make_backend("cpu", options);
    if (!primary.ok()) return primary.error();
    auto secondary = make_backend("reference", options);
    if (!secondary.ok()) return secondary.error();
    return FailoverBackend::make(std::move(*primary), std::move(*secondary), contract_clock(),
                                 {.timeout = std::chrono::hours(1)});
}

inline Result<std::unique_ptr<FidelityBackend>> make_failover(const BackendOptions& options,
                                                              PrimaryState state) {
    auto made = make_cpu_before_reference(options);
    if (!made.ok()) return made.error();
    if (state == PrimaryState::lost)
        (*made)->note_canary({.outcome = CanaryOutcome::failed, .code = Code::unavailable});
    return std::unique_ptr<FidelityBackend>(std::move(*made));
}

// Calls that find the quicker side busy go to the other one.
inline Result<std::unique_ptr<FidelityBackend>> make_routed(const BackendOptions& options,
                                                            Side quicker) {
    auto made = make_cpu_before_reference(options);
    if (!made.ok()) return made.error();
    const std::shared_ptr<FailoverBackend> device = std::move(*made);
    const SideCosts quick{.multiply_add = 1e-10};
    const SideCosts slow{.multiply_add = 2e-10};
    const bool is_device = quicker == Side::device;
    return std::unique_ptr<FidelityBackend>(
        std::make_unique<RoutedBackend>(device, device->secondary(), contract_clock(),
                                        RoutedBackend::Costs{.device = is_device ? quick : slow,
                                                             .host = is_device ? slow : quick}));
}

// Added to before main(), by the source that makes a test program of its own of the suites.
inline std::vector<BackendEntry>& own_backends() {
    static std::vector<BackendEntry> entries;
    return entries;
}

// To be made by name: the program's own, and all others.
inline const std::vector<BackendEntry>& contracted_backends() {
    static const std::vector<BackendEntry> entries = [] {
        std::vector<BackendEntry> all = own_backends();
        all.insert(all.end(), backends().begin(), backends().end());
        all.push_back({"failover", "its primary serves", [](const BackendOptions& options) {
                           return make_failover(options, PrimaryState::serving);
                       }});
        all.push_back({"failover-lost", "its secondary serves", [](const BackendOptions& options) {
                           return make_failover(options, PrimaryState::lost);
                       }});
        all.push_back(
            {"routed", "its device is the quicker side",
             [](const BackendOptions& options) { return make_routed(options, Side::device); }});
        all.push_back(
            {"routed-host", "its host is the quicker side",
             [](const BackendOptions& options) { return make_routed(options, Side::host); }});
        return all;
    }();
    return entries;
}

}  // namespace qr::test
