#include "host/base/metrics_docs.h"

#include <string_view>

#include "host/base/metrics_table.h"

namespace qr {
namespace {

constexpr std::string_view kHead = R"(# Metrics

<!-- Made by `quantumrerank config metrics`; a test holds this file equal to its output. -->

`GET /metrics` answers in Prometheus's text format. Every label takes its values from a closed list,
so the number of series is fixed when the server starts; every series is there from the start, at 0.
But `qr_device_*` are absent where there is no device, or where it does not give the figure.
A histogram `x` is exposed as `x_bucket`, `x_sum` and `x_count`.

| Metric | Type | Unit | Labels | Meaning |
|---|---|---|---|---|
)";

constexpr std::string_view kPanels = R"(
## Panels

One line a panel, ready for Grafana: `$__rate_interval` is its variable; elsewhere write a range, at
least four scrape intervals long. Each names only metrics of the table above.

| Panel | Metric | PromQL |
|---|---|---|
)";

std::string_view word_for(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "counter";
        case MetricType::gauge:
            return "gauge";
        case MetricType::histogram:
            break;
    }
    return "histogram";
}

std::string values_of(const MetricLabel& label) {
    if (label.source != LabelSource::listed) return std::string(label.meaning);
    std::string text;
    for (const std::string_view value : label.values)
        text.append(text.empty() ? "" : ", ").append(value);
    return text;
}

std::string labels_of(const MetricFamily& family) {
    std::string text;
    for (const MetricLabel& label : family.labels) {
        if (label.name.empty()) continue;
        text.append(text.empty() ? "" : "; ").append("`").append(label.name).append("`: ");
        text += values_of(label);
    }
    return text.empty() ? "none" : text;
}

}  // namespace

std::string print_metrics_docs() {
    std::string page(kHead);
    for (const MetricFamily& family : metric_families()) {
        page.append("| `").append(family.name).append("` | ").append(word_for(family.type));
        page.append(" | ").append(family.unit).append(" | ").append(labels_of(family));
        page.append(" | ").append(family.help).append(" |\n");
    }
    page += kPanels;
    for (const MetricFamily& family : metric_families()) {
        for (const MetricPanel& panel : family.panels) {
            if (panel.title.empty()) continue;
            page.append("| ").append(panel.title).append(" | `").append(family.name);
            page.append("` | `").append(panel.query).append("` |\n");
        }
    }
    return page;
}

}  // namespace qr
