#include "server/app/device_metrics.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/base/check.h"

namespace qr {
namespace {

using Samples = std::vector<MetricSample>;

template <class Number>
std::optional<double> scaled(const std::optional<Number>& figure, double unit = 1) {
    if (!figure) return std::nullopt;
    return static_cast<double>(*figure) * unit;
}

// One sample a device of those whose figure there is.
template <class Figure>
Samples samples_of(std::span<const DeviceReport> devices, Figure figure) {
    Samples samples;
    for (const DeviceReport& device : devices) {
        const std::optional<double> value = figure(device);
        if (value) samples.push_back({{std::to_string(device.index), device.uuid}, *value});
    }
    return samples;
}

Samples ecc_samples(std::span<const DeviceReport> devices) {
    Samples samples;
    for (const DeviceReport& device : devices) {
        const auto add = [&](const char* kind, const std::optional<std::uint64_t>& errors) {
            if (!errors) return;
            samples.push_back(
                {{std::to_string(device.index), device.uuid, kind}, static_cast<double>(*errors)});
        };
        add("corrected", device.condition.ecc_corrected);
        add("uncorrected", device.condition.ecc_uncorrected);
    }
    return samples;
}

Samples throttle_samples(std::span<const DeviceReport> devices) {
    const MetricFamily* const family = find_metric_family("qr_device_throttled");
    QR_CHECK(family != nullptr);
    const std::span<const std::string_view> listed = family->labels[2].values;
    Samples samples;
    for (const DeviceReport& device : devices) {
        const std::vector<std::string>& found = device.condition.throttle_reasons;
        if (!device.seen) continue;
        for (const std::string_view reason : listed) {
            const bool is_so =
                reason == kOtherLabel
                    ? std::ranges::any_of(found,
                                          [&](const std::string& word) {
                                              return word == kOtherLabel ||
                                                     std::ranges::count(listed, word) == 0;
                                          })
                    : std::ranges::count(found, reason) > 0;
            samples.push_back(
                {{std::to_string(device.index), device.uuid, std::string(reason)}, is_so ? 1. : 0});
        }
    }
    return samples;
}

}  // namespace

void show_devices(Metrics& metrics, std::span<const DeviceReport> devices, TimePoint now) {
    const auto show = [&](std::string_view family, auto figure) {
        metrics.set_samples(family, samples_of(devices, figure));
    };
    using Device = const DeviceReport&;
    show("qr_device_temperature_celsius",
         [](Device device) { return scaled(device.condition.temperature_celsius); });
    show("qr_device_memory_used_bytes",
         [](Device device) { return scaled(device.condition.memory_used_bytes); });
    show("qr_device_memory_total_bytes",
         [](Device device) { return scaled(device.condition.memory_total_bytes); });
    show("qr_device_planned_bytes",
         [](Device device) { return scaled(std::optional(device.planned_bytes)); });
    show("qr_device_utilisation_ratio",
         [](Device device) { return scaled(device.condition.utilisation_percent, 0.01); });
    show("qr_device_power_watts",
         [](Device device) { return scaled(device.condition.power_milliwatts, 0.001); });
    show("qr_device_xid_errors_total",
         [](Device device) { return scaled(device.condition.xid_errors); });
    show("qr_device_lost", [](Device device) { return std::optional(device.is_lost ? 1. : 0.); });
    show("qr_device_batches_total",
         [](Device device) { return scaled(std::optional(device.batches)); });
    show("qr_device_seen_age_seconds", [&](Device device) -> std::optional<double> {
        if (!device.seen) return std::nullopt;
        return in_seconds(now - *device.seen);
    });
    metrics.set_samples("qr_device_ecc_errors_total", ecc_samples(devices));
    metrics.set_samples("qr_device_throttled", throttle_samples(devices));
}

}  // namespace qr
