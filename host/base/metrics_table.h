// Every metric of the server as one table: what is exposed, what it means, how to draw it.
//
// metrics.cpp registers exactly these families, metrics_docs.cpp prints them; nothing else declares
// a name. A label takes its values from a closed list, written here or handed over at start, so the
// number of series is fixed before the first request.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace qr {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

// Where a label's values come from; but for `listed` they are handed over at start.
enum class LabelSource : std::uint8_t {
    listed,
    routes,
    backends,
    lanes,
    codes,
    version,
    devices,  // with `uuids` the first two labels of a family whose samples are handed over
    uuids,
};

struct MetricLabel {
    std::string_view name;  // empty: no label
    LabelSource source = LabelSource::listed;
    std::span<const std::string_view> values = {};  // of a listed one
    std::string_view meaning = {};                  // of another, for the page
};

struct MetricPanel {
    std::string_view title;  // empty: no panel
    std::string_view query;  // PromQL; $__rate_interval is Grafana's
};

struct MetricFamily {
    std::string_view name;
    MetricType type;
    std::string_view unit;
    std::string_view help;
    std::array<MetricLabel, 3> labels;
    std::array<MetricPanel, 2> panels;
    std::span<const double> buckets;  // of a histogram
};

// Whether its samples are handed over at each scrape, rather than counted here.
constexpr bool is_handed_over(const MetricFamily& family) {
    return family.labels[0].source == LabelSource::devices;
}

// What is on no list counts as this, where the list has it.
inline constexpr std::string_view kOtherLabel = "other";

std::span<const MetricFamily> metric_families();

// A family by its name, or null.
const MetricFamily* find_metric_family(std::string_view name);

}  // namespace qr
