#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/server/cli/test_console.h"

namespace qr::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

nlohmann::json plan(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "plan");
    arguments.insert(arguments.end(), {"--format", "json"});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    return nlohmann::json::parse(outcome.out);
}

TEST(PlanCommand, MeasuresThisMachine) {
    const auto found = plan({"--rows", "3000", "--dimension", "16", "--threads", "1"});
    EXPECT_TRUE(found["measured"]);
    EXPECT_EQ(3000, found["sample_rows"]);
    EXPECT_EQ(found["memory_bytes"].get<double>(), 3000 * found["bytes_per_row"].get<double>());
    EXPECT_GT(found["one_query_seconds"], 0);
    EXPECT_GT(found["pass_seconds"], 0);
    EXPECT_NEAR(64 / found["pass_seconds"].get<double>(), found["queries_per_second"].get<double>(),
                1e-6);
}

TEST(PlanCommand, ARowTakesAtLeastItsNumbers) {
    const auto float32 = plan({"--rows", "100", "--dimension", "64", "--scan", "float32"});
    EXPECT_GE(float32["bytes_per_row"], 256);
    const auto both = plan({"--rows", "100", "--dimension", "64", "--scan", "float16"});
    EXPECT_EQ("float16", both["scan"]);
    EXPECT_GE(both["bytes_per_row"], 256 + 128);
    const auto half =
        plan({"--rows", "100", "--dimension", "64", "--storage", "float16", "--scan", "float16"});
    EXPECT_LT(half["bytes_per_row"], 256);
}

// 10^6 x 768 x 2 bytes at 3.35e12 bytes a second; 64 queries are bound by memory as well.
TEST(PlanCommand, BoundsADeviceByItsDataSheet) {
    const auto found = plan({"--device", "nvidia-h100"});
    EXPECT_FALSE(found["measured"]);
    EXPECT_FALSE(found.contains("sample_rows"));
    EXPECT_DOUBLE_EQ(1'536'000'000 / 3.35e12, found["one_query_seconds"].get<double>());
    EXPECT_EQ(found["one_query_seconds"], found["pass_seconds"]);
    EXPECT_EQ(768 * 6 + 16, found["bytes_per_row"]);
}

TEST(PlanCommand, SaysWhatDoesNotFit) {
    const Outcome outcome = run({"plan", "--device", "nvidia-t4", "--rows", "100000000"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr("which does not fit into 16 GB"));
    EXPECT_THAT(outcome.out, HasSubstr("nothing was measured"));
}

TEST(PlanCommand, IsReadable) {
    const Outcome outcome = run({"plan", "--rows", "2000", "--dimension", "8"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_THAT(outcome.out, StartsWith("2000 rows of 8 numbers, stored as float32, scanned as "));
    EXPECT_THAT(outcome.out, HasSubstr("every answer proven exact"));
}

TEST(PlanCommand, RefusesWhatNoEngineKeeps) {
    for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--dimension", "0"},
                                                  {"--dimension", "65537"},
                                                  {"--rows", "0"},
                                                  {"--storage", "int8"},
                                                  {"--device", "gpu"},
                                                  {"--queries", "65"},
                                                  {"--k", "16385"}}) {
        std::vector<std::string> arguments{"plan"};
        arguments.insert(arguments.end(), wrong.begin(), wrong.end());
        EXPECT_EQ(2, run(arguments).exit_code) << wrong[0] << ' ' << wrong[1];
    }
}

}  // namespace
}  // namespace qr::cli
