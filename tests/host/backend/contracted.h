// Every backend that the contract suites hold to their word: the registry, and the failover around
// two of its entries, with its primary serving and with its primary lost.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "host/backend/backends.h"
#include "host/backend/failover_backend.h"

namespace qr::test {

inline Result<std::unique_ptr<FidelityBackend>> make_failover(const BackendOptions& options,
                                                              PrimaryState state) {
    static const SteadyClock clock;
    auto primary = make_backend("cpu", options);
    if (!primary.ok()) return primary;
    auto secondary = make_backend("reference", options);
    if (!secondary.ok()) return secondary;
    auto made = FailoverBackend::make(std::move(*primary), std::move(*secondary), clock,
                                      {.timeout = std::chrono::hours(1)});
    if (!made.ok()) return made.error();
    if (state == PrimaryState::lost)
        (*made)->note_canary({.outcome = CanaryOutcome::failed, .code = Code::unavailable});
    return std::unique_ptr<FidelityBackend>(std::move(*made));
}

inline const std::vector<BackendEntry>& contracted_backends() {
    static const std::vector<BackendEntry> entries = [] {
        std::vector<BackendEntry> all = backends();
        all.push_back({"failover", "its primary serves", [](const BackendOptions& options) {
                           return make_failover(options, PrimaryState::serving);
                       }});
        all.push_back({"failover-lost", "its secondary serves", [](const BackendOptions& options) {
                           return make_failover(options, PrimaryState::lost);
                       }});
        return all;
    }();
    return entries;
}

}  // namespace qr::test
