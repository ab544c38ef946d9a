#include "server/cli/cuda_section.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

namespace qr::cli {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::string_view kIndent = "          ";

std::string version_of_api(int version) {
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

template <typename Value>
void add(Json& json, const char* name, const std::optional<Value>& value) {
    if (value) json[name] = *value;
}

void add(Json& json, const char* name, const std::string& text) {
    if (!text.empty()) json[name] = text;
}

Json to_json(const LaneFigures& figures) {
    return {{"direct_microseconds", figures.direct_microseconds},
            {"graph_microseconds", figures.graph_microseconds},
            {"uses_graphs", figures.uses_graphs},
            {"host_to_device_bytes_per_second", figures.host_to_device_bytes_per_second}};
}

Json to_json(const DeviceReport& device) {
    const DeviceCondition& condition = device.condition;
    Json json = {{"index", device.index},
                 {"name", device.name},
                 {"compute_capability", device.compute_capability},
                 {"lanes", device.lanes},
                 {"planned_bytes", device.planned_bytes}};
    add(json, "uuid", device.uuid);
    add(json, "mig_profile", device.mig_profile);
    add(json, "pci_bus_id", device.pci_bus_id);
    add(json, "error", device.error);
    add(json, "temperature_celsius", condition.temperature_celsius);
    add(json, "memory_used_bytes", condition.memory_used_bytes);
    add(json, "memory_total_bytes", condition.memory_total_bytes);
    add(json, "ecc_uncorrected", condition.ecc_uncorrected);
    if (device.figures) json["figures"] = to_json(*device.figures);
    return json;
}

// Where there is no backend: what the driver itself says of the devices.
Json to_json(const cuda::DeviceProbe& device) {
    Json json = {{"name", device.name}, {"compute_capability", device.capability / 10.0}};
    add(json, "memory_free_bytes", device.free_bytes);
    add(json, "memory_total_bytes", device.total_bytes);
    return json;
}

std::string in_mib(std::uint64_t bytes) {
    return std::to_string(bytes >> 20) + " MiB";
}

void print(const LaneFigures& figures, std::ostream& out) {
    std::array<char, 128> text{};
    std::snprintf(text.data(), text.size(),
                  "a small chunk: %.1f us launch by launch, %.1f us by graph, taken: %s; copies at "
                  "%.1f GB/s",
                  figures.direct_microseconds, figures.graph_microseconds,
                  figures.uses_graphs ? "graph" : "launches",
                  figures.host_to_device_bytes_per_second / 1e9);
    out << kIndent << "  " << text.data() << '\n';
}

void print(const DeviceReport& device, std::ostream& out) {
    out << kIndent << "device " << device.index << ": " << device.name << ", compute capability "
        << device.compute_capability;
    if (!device.mig_profile.empty()) out << ", MIG " << device.mig_profile;
    if (!device.uuid.empty()) out << ", " << device.uuid;
    out << ", " << device.lanes << " lanes, " << in_mib(device.planned_bytes) << " planned";
    const DeviceCondition& condition = device.condition;
    if (condition.memory_used_bytes && condition.memory_total_bytes) {
        out << ", " << in_mib(*condition.memory_used_bytes) << " of "
            << in_mib(*condition.memory_total_bytes) << " in use";
    }
    if (condition.temperature_celsius) out << ", " << *condition.temperature_celsius << " C";
    if (!device.error.empty()) out << ", LOST: " << device.error;
    out << '\n';
    if (device.figures) print(*device.figures, out);
}

}  // namespace

Json to_json(const CudaSection& section) {
    const cuda::Probe& probe = section.probe;
    Json json = {{"cause", cuda::to_string(section.finding.cause)},
                 {"message", section.finding.message}};
    add(json, "remedy", section.finding.remedy);
    json["warnings"] = section.finding.warnings;
    json["module"]["path"] = probe.module.path;
    add(json["module"], "build", probe.module.build);
    json["driver"] = Json::object();
    add(json["driver"], "version", probe.kernel_driver);
    if (probe.driver_api) json["driver"]["cuda"] = version_of_api(*probe.driver_api);
    json["devices"] = Json::array();
    for (const DeviceReport& device : section.devices)
        json["devices"].push_back(to_json(device));
    if (!section.devices.empty()) return json;
    for (const cuda::DeviceProbe& device : probe.devices)
        json["devices"].push_back(to_json(device));
    return json;
}

void print(const CudaSection& section, std::ostream& out) {
    const cuda::Probe& probe = section.probe;
    out << "cuda      ";
    if (section.finding.cause != cuda::Cause::none)
        out << cuda::to_string(section.finding.cause) << ": ";
    out << section.finding.message << '\n';
    if (!section.finding.remedy.empty())
        out << kIndent << "remedy: " << section.finding.remedy << '\n';
    for (const std::string& warning : section.finding.warnings)
        out << kIndent << "warning: " << warning << '\n';
    if (!probe.kernel_driver.empty() || probe.driver_api) {
        out << kIndent << "driver "
            << (probe.kernel_driver.empty() ? "of an unknown version" : probe.kernel_driver);
        if (probe.driver_api) out << ", CUDA " << version_of_api(*probe.driver_api);
        out << '\n';
    }
    for (const DeviceReport& device : section.devices)
        print(device, out);
}

}  // namespace qr::cli
