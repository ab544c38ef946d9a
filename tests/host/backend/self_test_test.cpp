#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/backend/backends.h"
#include "host/backend/fidelity_backend.h"

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

}  // namespace
}  // namespace qr
