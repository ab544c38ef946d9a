#include "server/handlers/device_fields.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace qr {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr TimePoint kSeenFrom{std::chrono::hours(1)};

Json printed(const std::vector<DeviceReport>& devices) {
    json::Writer out;
    out.begin_object();
    write_devices(out, devices, kSeenFrom);
    out.end_object();
    return Json::parse(std::move(out).take()).at("devices");
}

TEST(DeviceFields, TellAllThatADeviceGives) {
    const Json device = printed({{.index = 1,
                                  .name = "NVIDIA H100",
                                  .uuid = "MIG-7",
                                  .mig_profile = "1g.10gb",
                                  .compute_capability = "9.0",
                                  .pci_bus_id = "0000:3b:00.0",
                                  .planned_bytes = 4096,
                                  .lanes = 2,
                                  .batches = 7,
                                  .is_lost = true,
                                  .error = "illegal address (700)",
                                  .seen = kSeenFrom - milliseconds(500),
                                  .condition = {.temperature_celsius = 45,
                                                .memory_used_bytes = 250,
                                                .memory_total_bytes = 1000,
                                                .utilisation_percent = 30,
                                                .power_milliwatts = 70500,
                                                .ecc_corrected = 2,
                                                .ecc_uncorrected = 1,
                                                .throttle_reasons = {"thermal"},
                                                .xid_errors = 2,
                                                .last_xid = 45,
                                                .critical_xid = 48,
                                                .message = "power: refused"}}})
                            .at(0);
    const Json expected = {{"index", 1},
                           {"name", "NVIDIA H100"},
                           {"uuid", "MIG-7"},
                           {"mig_profile", "1g.10gb"},
                           {"compute_capability", "9.0"},
                           {"pci_bus_id", "0000:3b:00.0"},
                           {"planned_bytes", 4096},
                           {"lanes", 2},
                           {"batches", 7},
                           {"is_lost", true},
                           {"error", "illegal address (700)"},
                           {"trouble",
                            "illegal address (700); Xid 48: a memory error that ECC cannot "
                            "correct; the device should be reset; 1 uncorrected memory error"},
                           {"condition",
                            {{"seconds_ago", 0.5},
                             {"temperature_celsius", 45},
                             {"memory_used_bytes", 250},
                             {"memory_total_bytes", 1000},
                             {"utilisation_percent", 30},
                             {"power_milliwatts", 70500},
                             {"ecc_corrected", 2},
                             {"ecc_uncorrected", 1},
                             {"throttle_reasons", Json::array({"thermal"})},
                             {"xid_errors", 2},
                             {"last_xid", 45},
                             {"critical_xid", 48},
                             {"message", "power: refused"}}}};
    EXPECT_EQ(expected, device);
}

TEST(DeviceFields, LeaveOutWhatADeviceDoesNotGive) {
    const Json device = printed({{.name = "NVIDIA H100", .uuid = "GPU-1"}}).at(0);
    const Json expected = {
        {"index", 0},
        {"name", "NVIDIA H100"},
        {"uuid", "GPU-1"},
        {"compute_capability", ""},
        {"planned_bytes", 0},
        {"lanes", 0},
        {"batches", 0},
        {"is_lost", false},
        {"condition", {{"seconds_ago", nullptr}, {"throttle_reasons", Json::array()}}}};
    EXPECT_EQ(expected, device);
}

}  // namespace
}  // namespace qr
