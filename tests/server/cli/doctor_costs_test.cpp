#include "server/cli/doctor_costs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/stand_in_backends.h"

namespace qr::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(std::span<const MeasuredCosts> measured) {
    std::ostringstream out;
    print_costs(measured, out);
    return out.str();
}

// A CPU of 50 G multiply-adds a second, and a device that is 20 times as fast once it has begun.
std::vector<MeasuredCosts> device_and_cpu() {
    return {{.backend = "cuda",
             .is_device = true,
             .costs = SideCosts{.latency = 1e-4,
                                .task = 1e-6,
                                .byte = 1e-10,
                                .staged_byte = 2e-11,
                                .multiply_add = 1e-12}},
            {.backend = "cpu",
             .is_device = false,
             .costs = SideCosts{.latency = 1e-6, .multiply_add = 2e-11, .pair = 4e-9}}};
}

TEST(DoctorCosts, SaysWhatWorkCosts) {
    const std::string text = text_of(device_and_cpu());
    EXPECT_THAT(text, HasSubstr("\n  cuda          100.0 us a batch, 1.00 us a task, 10 GB/s "
                                "(50 GB/s staged), 1e+03 G multiply-adds/s, "
                                "G pairs/s for nothing\n"));
    EXPECT_THAT(text, HasSubstr("\n  cpu           1.0 us a batch, 0.00 us a task, "
                                "GB/s for nothing (GB/s for nothing staged), "
                                "50 G multiply-adds/s, 0.25 G pairs/s\n"));
}

TEST(DoctorCosts, SaysFromWhereOnADeviceIsWorthItsWhile) {
    const std::string text = text_of(device_and_cpu());
    // 100 documents, in us: 1 + 1.936 q on the CPU, nine tenths of 107.1 + 0.138 q on the device.
    EXPECT_THAT(text, HasSubstr("\n  cuda finishes before cpu on 100 documents of 768 dimensions "
                                "from 53 queries on\n"));
    EXPECT_THAT(text, HasSubstr(" on 1000 documents of 768 dimensions from 8 queries on\n"));
    EXPECT_THAT(text, HasSubstr(" on 10000 documents of 768 dimensions from 4 queries on\n"));
}

TEST(DoctorCosts, SaysWhereADeviceIsNever) {
    std::vector<MeasuredCosts> measured = device_and_cpu();
    measured[0].costs = SideCosts{.latency = 10};
    EXPECT_THAT(text_of(measured),
                HasSubstr(" 768 dimensions at no number of queries up to 512\n"));
    EXPECT_TRUE(costs_json(measured).at("crossovers").at(0).at("queries").is_null());
}

TEST(DoctorCosts, HaveNoCrossoverWithoutBothSides) {
    const std::vector<MeasuredCosts> both = device_and_cpu();
    EXPECT_THAT(text_of(std::span(both).first(1)), Not(HasSubstr("finishes before")));
    EXPECT_THAT(text_of(std::span(both).last(1)), Not(HasSubstr("finishes before")));
    std::vector<MeasuredCosts> lost = both;
    lost[0].costs.reset();
    lost[0].reason = "no device";
    EXPECT_THAT(text_of(lost), HasSubstr("\n  cuda          not measured: no device\n"));
    EXPECT_THAT(text_of(lost), Not(HasSubstr("finishes before")));
}

TEST(DoctorCosts, SayTheSameAsJson) {
    const nlohmann::ordered_json json = costs_json(device_and_cpu());
    EXPECT_EQ("cuda", json.at("backends").at(0).at("name"));
    EXPECT_EQ(1e-4, json.at("backends").at(0).at("batch_seconds"));
    EXPECT_EQ(2e-11, json.at("backends").at(0).at("staged_byte_seconds"));
    EXPECT_EQ(4e-9, json.at("backends").at(1).at("pair_seconds"));
    EXPECT_EQ(nlohmann::ordered_json({{"device", "cuda"},
                                      {"host", "cpu"},
                                      {"dimension", 768},
                                      {"documents", 1000},
                                      {"queries", 8}}),
              json.at("crossovers").at(1));
}

TEST(DoctorCosts, AreMeasuredOfWhatIsChosenAndCanRun) {
    const auto names = [](std::string_view chosen) {
        std::vector<std::string> found;
        for (const MeasuredCosts& one :
             measure_costs(test::stand_in_backends(), chosen, {.threads = 1})) {
            EXPECT_TRUE(one.costs.has_value()) << one.reason;
            EXPECT_EQ(one.backend == "stand-in-device", one.is_device);
            found.emplace_back(one.backend);
        }
        return found;
    };
    EXPECT_THAT(names("cpu"), ElementsAre("cpu"));
    EXPECT_THAT(names("stand-in-device"), ElementsAre("stand-in-device"));
    EXPECT_THAT(names("abacus"), ElementsAre());
}

}  // namespace
}  // namespace qr::cli
