#include "server/app/show_routing.h"

#include <chrono>

namespace qr {
namespace {

void show_costs(const SideCosts& costs, RouterMetrics& router) {
    router.cost_seconds.at("batch").Set(costs.latency);
    router.cost_seconds.at("task").Set(costs.task);
    router.cost_seconds.at("byte").Set(costs.byte);
    router.cost_seconds.at("staged_byte").Set(costs.staged_byte);
    router.cost_seconds.at("multiply_add").Set(costs.multiply_add);
    router.cost_seconds.at("pair").Set(costs.pair);
}

void show_side(const RoutedSide& side, RouterMetrics& router, Metrics& metrics) {
    for (std::size_t i = 0; i < kRouteReasons; ++i) {
        prometheus::Counter& decisions =
            router.decisions.at(to_string(static_cast<RouteReason>(i)));
        metrics.set_total(decisions, static_cast<double>(side.decisions[i]));
    }
    metrics.set_total(router.estimated_seconds, in_seconds(side.estimated));
    metrics.set_total(router.actual_seconds, in_seconds(side.actual));
    router.drift_ratio.Set(side.drift);
    show_costs(side.costs, router);
}

}  // namespace

void show_routing(const RoutedStatus& status, Metrics& metrics) {
    for (std::size_t i = 0; i < kSides; ++i)
        show_side(status[i], metrics.router(to_string(static_cast<Side>(i))), metrics);
}

void show_staging(const StagingFigures& figures, Metrics& metrics) {
    metrics.staging_bytes.Set(static_cast<double>(figures.lent_bytes));
    metrics.staging_bytes_limit.Set(static_cast<double>(figures.bytes));
    metrics.set_total(metrics.staging_misses, static_cast<double>(figures.misses));
}

}  // namespace qr
