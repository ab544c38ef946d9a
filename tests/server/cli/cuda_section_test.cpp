#include "server/cli/cuda_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace qr::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string printed(const CudaSection& section) {
    std::ostringstream out;
    print(section, out);
    return out.str();
}

CudaSection with_device() {
    return {.probe = {.kernel_driver = "580.65.06", .driver_api = 13'000},
            .finding = {.message = "devices are in use", .warnings = {"no cuBLAS"}},
            .devices = {{.index = 1,
                         .name = "NVIDIA H100",
                         .uuid = "MIG-1",
                         .mig_profile = "1g.10gb",
                         .compute_capability = "9.0",
                         .planned_bytes = std::uint64_t{5} << 20,
                         .lanes = 2,
                         .condition = {.temperature_celsius = 41},
                         .figures = LaneFigures{.direct_microseconds = 21.5,
                                                .graph_microseconds = 12.25,
                                                .uses_graphs = true,
                                                .host_to_device_bytes_per_second = 24.5e9}}}};
}

CudaSection without() {
    return {.probe = {.devices = {{.name = "Tesla V100", .capability = 70}}},
            .finding = {.cause = cuda::Cause::device_too_old,
                        .message = "too old",
                        .remedy = "use another"},
            .devices = {}};
}

TEST(CudaSection, ShowsDriverDevicesAndWarnings) {
    EXPECT_EQ(
        "cuda      devices are in use\n"
        "          warning: no cuBLAS\n"
        "          driver 580.65.06, CUDA 13.0\n"
        "          device 1: NVIDIA H100, compute capability 9.0, MIG 1g.10gb, MIG-1, 2 lanes, "
        "5 MiB planned, 41 C\n"
        "            a small chunk: 21.5 us launch by launch, 12.2 us by graph, taken: graph; "
        "copies at 24.5 GB/s\n",
        printed(with_device()));
}

TEST(CudaSection, ShowsTheCauseAndTheRemedy) {
    EXPECT_EQ("cuda      device_too_old: too old\n          remedy: use another\n",
              printed(without()));
}

TEST(CudaSection, LeavesOutWhatIsNotKnown) {
    const auto json = to_json(with_device());
    EXPECT_EQ("none", json.at("cause"));
    EXPECT_FALSE(json.contains("remedy"));
    EXPECT_EQ("580.65.06", json.at("driver").at("version"));
    EXPECT_EQ("13.0", json.at("driver").at("cuda"));
    const auto& device = json.at("devices").at(0);
    EXPECT_EQ(41, device.at("temperature_celsius"));
    EXPECT_EQ("1g.10gb", device.at("mig_profile"));
    EXPECT_FALSE(device.contains("memory_used_bytes"));
    EXPECT_THAT(device.dump(), Not(HasSubstr("null")));
}

TEST(CudaSection, ListsTheDriversDevicesWhereNoBackendHasThem) {
    const auto json = to_json(without());
    EXPECT_EQ("Tesla V100", json.at("devices").at(0).at("name"));
    EXPECT_EQ(7.0, json.at("devices").at(0).at("compute_capability"));
}

}  // namespace
}  // namespace qr::cli
