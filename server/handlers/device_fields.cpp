#include "server/handlers/device_fields.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "host/health/device_trouble.h"

namespace qr {
namespace {

template <class Number>
void write_given(json::Writer& out, std::string_view name, const std::optional<Number>& value) {
    if (!value) return;
    out.key(name);
    out.integer(*value);
}

void write_given(json::Writer& out, std::string_view name, const std::string& value) {
    if (!value.empty()) out.field(name, value);
}

void write_condition(json::Writer& out, const DeviceReport& device, TimePoint now) {
    const DeviceCondition& condition = device.condition;
    out.key("condition");
    out.begin_object();
    out.key("seconds_ago");
    if (device.seen) {
        out.number(in_seconds(now - *device.seen));
    } else {
        out.null();
    }
    write_given(out, "temperature_celsius", condition.temperature_celsius);
    write_given(out, "memory_used_bytes", condition.memory_used_bytes);
    write_given(out, "memory_total_bytes", condition.memory_total_bytes);
    write_given(out, "utilisation_percent", condition.utilisation_percent);
    write_given(out, "power_milliwatts", condition.power_milliwatts);
    write_given(out, "ecc_corrected", condition.ecc_corrected);
    write_given(out, "ecc_uncorrected", condition.ecc_uncorrected);
    out.key("throttle_reasons");
    out.begin_array();
    for (const std::string& reason : condition.throttle_reasons)
        out.string(reason);
    out.end_array();
    write_given(out, "xid_errors", condition.xid_errors);
    write_given(out, "last_xid", condition.last_xid);
    write_given(out, "critical_xid", condition.critical_xid);
    write_given(out, "message", condition.message);
    out.end_object();
}

void write_device(json::Writer& out, const DeviceReport& device, TimePoint now) {
    const auto integer = [&](std::string_view name, std::uint64_t value) {
        out.key(name);
        out.integer(value);
    };
    out.begin_object();
    integer("index", device.index);
    out.field("name", device.name);
    out.field("uuid", device.uuid);
    write_given(out, "mig_profile", device.mig_profile);
    out.field("compute_capability", device.compute_capability);
    write_given(out, "pci_bus_id", device.pci_bus_id);
    integer("planned_bytes", device.planned_bytes);
    integer("lanes", device.lanes);
    integer("batches", device.batches);
    out.key("is_lost");
    out.boolean(device.is_lost);
    write_given(out, "error", device.error);
    write_given(out, "trouble", describe_trouble(device));
    write_condition(out, device, now);
    out.end_object();
}

}  // namespace

void write_devices(json::Writer& out, std::span<const DeviceReport> devices, TimePoint now) {
    out.key("devices");
    out.begin_array();
    for (const DeviceReport& device : devices)
        write_device(out, device, now);
    out.end_array();
}

}  // namespace qr
