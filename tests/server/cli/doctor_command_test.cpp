#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "host/backend/backends.h"
#include "tests/server/cli/test_console.h"

namespace qr::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(DoctorCommand, ShowsTheMachineAndTheSelfTestOfEveryBackend) {
    const Outcome outcome = run({"doctor"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.out;
    EXPECT_THAT(outcome.out, HasSubstr("\nfeatures  AVX2 "));
    EXPECT_THAT(outcome.out, HasSubstr("self-test passed: "));
    for (const BackendEntry& entry : backends())
        EXPECT_THAT(outcome.out, HasSubstr("\n  " + std::string(entry.name) + " "));
}

TEST(DoctorCommand, SaysTheSameAsJson) {
    const Outcome outcome = run({"doctor", "--format", "json"});
    EXPECT_EQ(0, outcome.exit_code);
    const auto json = nlohmann::json::parse(outcome.out);
    EXPECT_TRUE(json.at("cpu").at("avx2").is_boolean());
    ASSERT_EQ(backends().size(), json.at("backends").size());
    for (const auto& backend : json.at("backends")) {
        if (!backend.at("available").get<bool>()) {
            EXPECT_NE("", backend.at("reason").get<std::string>());
            continue;
        }
        EXPECT_TRUE(backend.at("self_test").at("passed").get<bool>()) << backend;
        EXPECT_GT(backend.at("self_test").at("pairs").get<int>(), 0);
        EXPECT_LE(backend.at("self_test").at("max_abs_error").get<double>(), 1e-12);
    }
}

TEST(DoctorCommand, ExaminesAForcedBackendAloneAndExits3WhenItCannotRun) {
    for (const BackendEntry& entry : backends()) {
        const std::string name(entry.name);
        const Outcome outcome = run({"doctor", "--backend", name});
        EXPECT_EQ(entry.make({}).ok() ? 0 : 3, outcome.exit_code) << name;
        EXPECT_THAT(outcome.out, HasSubstr("\n  " + name + " "));
    }
    EXPECT_THAT(run({"doctor", "--backend", "reference"}).out, Not(HasSubstr("cpu-scalar")));
}

TEST(DoctorCommand, SaysWhyThereIsNoCudaAndWhatToDo) {
    const std::vector<std::string> module = {"--cuda-module", "/no/such/module.so"};
    const Outcome text = run({"doctor", "--backend", "cuda", module[0], module[1]});
    EXPECT_EQ(3, text.exit_code);
    EXPECT_THAT(text.out, HasSubstr("\ncuda      module_missing: "));
    EXPECT_THAT(text.out, HasSubstr("\n          remedy: install the package"));
    const Outcome json = run({"doctor", "--format", "json", module[0], module[1]});
    EXPECT_EQ(0, json.exit_code) << "the CPU can serve";
    const auto cuda = nlohmann::json::parse(json.out).at("cuda");
    EXPECT_EQ("module_missing", cuda.at("cause"));
    EXPECT_EQ("/no/such/module.so", cuda.at("module").at("path"));
}

TEST(DoctorCommand, AsksNoDeviceWhereTheCpuIsForced) {
    EXPECT_THAT(run({"doctor", "--backend", "cpu"}).out, Not(HasSubstr("\ncuda")));
}

TEST(DoctorCommand, RefusesABackendNobodyKnows) {
    EXPECT_EQ(2, run({"doctor", "--backend", "abacus"}).exit_code);
}

}  // namespace
}  // namespace qr::cli
