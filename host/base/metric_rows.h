// How the lines of the metrics' tables are written.
#pragma once

#include "host/base/metrics_table.h"

namespace qr::metric_rows {

using Labels = std::array<MetricLabel, 3>;
using Panels = std::array<MetricPanel, 2>;
using Panel = MetricPanel;

constexpr MetricFamily counter(std::string_view name, std::string_view unit, std::string_view help,
                               const Labels& labels, const Panels& panels) {
    return {name, MetricType::counter, unit, help, labels, panels, {}};
}

constexpr MetricFamily gauge(std::string_view name, std::string_view unit, std::string_view help,
                             const Labels& labels, const Panels& panels) {
    return {name, MetricType::gauge, unit, help, labels, panels, {}};
}

constexpr MetricFamily histogram(std::string_view name, std::string_view unit,
                                 std::string_view help, std::span<const double> buckets,
                                 const Labels& labels, const Panels& panels) {
    return {name, MetricType::histogram, unit, help, labels, panels, buckets};
}

}  // namespace qr::metric_rows
