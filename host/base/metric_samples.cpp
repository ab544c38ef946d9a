#include "host/base/metric_samples.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "host/base/check.h"
#include "host/base/metrics_table.h"

namespace qr {
namespace {

bool has_labels(const MetricFamily& family, const MetricSample& sample) {
    std::size_t count = 0;
    for (const MetricLabel& label : family.labels) {
        if (label.name.empty()) break;
        if (count == sample.labels.size()) return false;
        const bool is_listed = label.source != LabelSource::listed ||
                               std::ranges::count(label.values, sample.labels[count]) > 0;
        if (!is_listed) return false;
        ++count;
    }
    return count == sample.labels.size();
}

prometheus::ClientMetric exposed(const MetricFamily& family, const MetricSample& sample) {
    prometheus::ClientMetric metric;
    for (std::size_t i = 0; i < sample.labels.size(); ++i)
        metric.label.push_back({std::string(family.labels.at(i).name), sample.labels[i]});
    if (family.type == MetricType::counter) {
        metric.counter.value = sample.value;
    } else {
        metric.gauge.value = sample.value;
    }
    return metric;
}

}  // namespace

void MetricSamples::set(std::string_view name, std::vector<MetricSample> samples) {
    const MetricFamily* const family = find_metric_family(name);
    QR_CHECK(family != nullptr && is_handed_over(*family));
    for (const MetricSample& sample : samples)
        QR_CHECK(has_labels(*family, sample));
    samples_[family->name] = std::move(samples);
}

std::vector<prometheus::MetricFamily> MetricSamples::collect() const {
    std::vector<prometheus::MetricFamily> all;
    for (const MetricFamily& family : metric_families()) {
        const auto found = samples_.find(family.name);
        if (found == samples_.end() || found->second.empty()) continue;
        prometheus::MetricFamily exposition;
        exposition.name = family.name;
        exposition.help = family.help;
        exposition.type = family.type == MetricType::counter ? prometheus::MetricType::Counter
                                                             : prometheus::MetricType::Gauge;
        for (const MetricSample& sample : found->second)
            exposition.metric.push_back(exposed(family, sample));
        all.push_back(std::move(exposition));
    }
    return all;
}

}  // namespace qr
