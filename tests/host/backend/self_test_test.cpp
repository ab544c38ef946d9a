#include "host/backend/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/backend/backends.h"

namespace qr {
namespace {

// Passes batches on to the reference and spoils one score of one method.
class SpoiledBackend final : public FidelityBackend {
  public:
    SpoiledBackend(scoring::Method method, double error) : method_(method), error_(error) {}
    std::string_view name() const override { return "spoiled"; }
    BackendCapabilities capabilities() const override { return {}; }
    Result<Scores> score(const ScoreBatch& batch) override {
        auto reference = make_backend("reference", {});
        Result<Scores> scores = (*reference)->score(batch);
        for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
            if (batch.tasks[i].method == method_) scores->tasks[i].values.back() += error_;
        }
        return scores;
    }

  private:
    scoring::Method method_;
    double error_;
};

class DeadBackend final : public FidelityBackend {
  public:
    std::string_view name() const override { return "dead"; }
    BackendCapabilities capabilities() const override { return {}; }
    Result<Scores> score(const ScoreBatch&) override {
        return Error{.code = Code::unavailable, .message = "no device"};
    }
};

TEST(SelfTest, PassesOnEveryBackendThisMachineCanRun) {
    for (const BackendEntry& entry : backends()) {
        const auto made = entry.make({.threads = 2});
        if (!made.ok()) continue;
        const auto report = self_test(**made);
        ASSERT_TRUE(report.ok()) << report.error().message;
        EXPECT_EQ(110U, report->pairs) << entry.name;  // 5 methods x (2 + 5 dimensions x 4 pairs)
        EXPECT_LE(report->max_abs_error, 1e-15) << entry.name;
        EXPECT_GT(report->microseconds, 0.0) << entry.name;
    }
}

TEST(SelfTest, FailsWhenAnyMethodIsOffByMoreThanTheTolerance) {
    for (const auto& method : scoring::kMethods) {
        SpoiledBackend backend(method.method, 1e-9);
        const auto report = self_test(backend);
        ASSERT_FALSE(report.ok()) << method.name;
        EXPECT_EQ(Code::internal, report.error().code);
        EXPECT_THAT(report.error().message, testing::HasSubstr(std::string(method.name)));
        EXPECT_THAT(report.error().message, testing::HasSubstr("'spoiled'"));
    }
}

TEST(SelfTest, FailsOnNaN) {
    SpoiledBackend backend(scoring::Method::cosine, __builtin_nan(""));
    EXPECT_FALSE(self_test(backend).ok());
}

TEST(SelfTest, HandsOnTheErrorOfABackendThatCannotScore) {
    DeadBackend backend;
    const auto report = self_test(backend);
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(Code::unavailable, report.error().code);
}

TEST(Canary, PassesOnEveryBackendThisMachineCanRun) {
    for (const BackendEntry& entry : backends()) {
        const auto made = entry.make({.threads = 2});
        if (!made.ok()) continue;
        const CanaryResult result = run_canary(**made);
        EXPECT_EQ(CanaryOutcome::passed, result.outcome) << entry.name << ": " << result.message;
        EXPECT_EQ("", result.message);
        EXPECT_GT(result.microseconds, 0.0);
    }
}

// The self-test allows for 1e-12; the contract is the same bits.
TEST(Canary, CallsOneWrongBitOfAnyMethodAWrongAnswer) {
    for (const auto& method : scoring::kMethods) {
        SpoiledBackend backend(method.method, 1e-15);
        const CanaryResult result = run_canary(backend);
        if (method.method == scoring::Method::dot) continue;  // 1e-15 is less than a bit of 100
        EXPECT_EQ(CanaryOutcome::wrong, result.outcome) << method.name;
        EXPECT_THAT(result.message, testing::HasSubstr(std::string(method.name)));
        EXPECT_THAT(result.message, testing::HasSubstr("'spoiled'"));
    }
    SpoiledBackend dot(scoring::Method::dot, 1e-13);
    EXPECT_EQ(CanaryOutcome::wrong, run_canary(dot).outcome);
}

TEST(Canary, CallsALargeErrorAndNaNWrongAnswers) {
    SpoiledBackend off(scoring::Method::cosine, 0.25);
    EXPECT_EQ(CanaryOutcome::wrong, run_canary(off).outcome);
    SpoiledBackend nan(scoring::Method::cosine, __builtin_nan(""));
    EXPECT_EQ(CanaryOutcome::wrong, run_canary(nan).outcome);
}

TEST(Canary, CallsAnAnswerWithoutTheTasksAWrongOne) {
    class EmptyBackend final : public FidelityBackend {
      public:
        std::string_view name() const override { return "empty"; }
        BackendCapabilities capabilities() const override { return {}; }
        Result<Scores> score(const ScoreBatch&) override { return Scores{}; }
    } backend;
    EXPECT_EQ(CanaryOutcome::wrong, run_canary(backend).outcome);
}

TEST(Canary, TellsTheErrorOfABackendThatCannotScore) {
    DeadBackend backend;
    const CanaryResult result = run_canary(backend);
    EXPECT_EQ(CanaryOutcome::failed, result.outcome);
    EXPECT_EQ(Code::unavailable, result.code);
    EXPECT_EQ("no device", result.message);
}

}  // namespace
}  // namespace qr
