// Samples of figures that are kept elsewhere and may be missing: handed over whole, family by
// family, at each scrape.
//
// A family without samples is not exposed, and a sample that is handed over no more is gone, so
// that nothing stale is ever shown. Not thread-safe.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <prometheus/metric_family.h>

namespace qr {

struct MetricSample {
    std::vector<std::string> labels;  // values, in the table's order
    double value = 0;
};

class MetricSamples {
  public:
    // Replaces those of that family, which must be of the table's handed over ones; a value of a
    // listed label must be on the list.
    void set(std::string_view family, std::vector<MetricSample> samples);

    // In the table's order.
    std::vector<prometheus::MetricFamily> collect() const;

  private:
    std::map<std::string_view, std::vector<MetricSample>> samples_;  // by the table's names
};

}  // namespace qr
