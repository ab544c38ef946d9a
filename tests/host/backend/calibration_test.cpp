#include "host/backend/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/host/backend/vectors.h"
#include "tests/support/manual_clock.h"

namespace qr::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// Scores nothing and takes, by a manual clock, what its costs say.
class PricedBackend final : public FidelityBackend {
  public:
    PricedBackend(ManualClock& clock, const SideCosts& costs) : clock_(clock), costs_(costs) {}

    std::string_view name() const override { return "priced"; }
    BackendCapabilities capabilities() const override { return {.device = "test"}; }
    StagingMemory staging() const override { return staging_; }
    Result<Scores> score(const ScoreBatch& batch) override {
        ++calls_;
        if (failure_) return *failure_;
        double taken = seconds(costs_, shape_of(batch, staging_.bytes));
        if (calls_ % disturbed_every_ == 0) taken *= 10;
        clock_.advance(std::chrono::duration_cast<Duration>(std::chrono::duration<double>(taken)));
        return Scores{.tasks = std::vector<TaskScores>(batch.tasks.size()), .backend = answers_};
    }

    void offer_staging(std::size_t bytes) {
        memory_.resize(bytes);
        staging_.bytes = memory_;
    }
    void disturb_every(std::size_t calls) { disturbed_every_ = calls; }
    void fail_with(Error failure) { failure_ = std::move(failure); }
    void answer_as(std::string_view name) { answers_ = name; }
    std::size_t calls() const { return calls_; }

  private:
    ManualClock& clock_;
    const SideCosts costs_;
    StagingMemory staging_;
    std::vector<std::byte> memory_;
    std::size_t disturbed_every_ = SIZE_MAX;
    std::optional<Error> failure_;
    std::string_view answers_;
    std::size_t calls_ = 0;
};

// Within a percent, or what the clock's nanoseconds make of a constant that hardly counts.
void expect_near(const SideCosts& expected, const SideCosts& found) {
    const auto near = [](double wanted, double is, double resolution, const char* name) {
        EXPECT_NEAR(wanted, is, 0.01 * wanted + resolution) << name;
    };
    near(expected.latency, found.latency, 5e-9, "latency");
    near(expected.task, found.task, 1e-9, "task");
    near(expected.byte, found.byte, 1e-14, "byte");
    near(expected.staged_byte, found.staged_byte, 1e-14, "staged byte");
    near(expected.multiply_add, found.multiply_add, 1e-15, "multiply-add");
    near(expected.pair, found.pair, 1e-12, "pair");
}

struct SideRow {
    const char* name;
    SideCosts costs;
};

class Calibration : public testing::TestWithParam<SideRow> {
  protected:
    ManualClock clock_;
};

INSTANTIATE_TEST_SUITE_P(
    AnySide, Calibration,
    testing::Values(SideRow{"Cpu", {1e-6, 1.5e-7, 2e-11, 2e-11, 2e-11, 3e-9}},
                    SideRow{"Device", {60e-6, 1e-6, 1.5e-10, 1.9e-11, 3e-13, 1.6e-10}},
                    SideRow{"OneSlowCore", {1e-7, 5e-8, 3e-10, 3e-10, 1.6e-9, 6e-8}},
                    SideRow{"OneThatComputesForNothing", {20e-6, 0, 1e-10, 1e-10, 0, 0}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_P(Calibration, FindsTheConstantsOfASide) {
    PricedBackend backend(clock_, GetParam().costs);
    backend.offer_staging(std::size_t{16} << 20);
    const Result<SideCosts> found = calibrate(backend, clock_);
    ASSERT_TRUE(found.ok());
    expect_near(GetParam().costs, *found);
}

TEST_P(Calibration, IsNotMisledByCallsThatSomethingHeldUp) {
    PricedBackend backend(clock_, GetParam().costs);
    backend.offer_staging(std::size_t{16} << 20);
    backend.disturb_every(7);
    const Result<SideCosts> found = calibrate(backend, clock_, {.budget = std::chrono::hours(1)});
    ASSERT_TRUE(found.ok());
    expect_near(GetParam().costs, *found);
}

TEST_P(Calibration, GivesTheSameConstantsForTheSameTimes) {
    SideCosts found[2];
    for (SideCosts& costs : found) {
        PricedBackend backend(clock_, GetParam().costs);
        costs = *calibrate(backend, clock_);
    }
    EXPECT_EQ(found[0].multiply_add, found[1].multiply_add);
    EXPECT_EQ(found[0].latency, found[1].latency);
}

TEST_P(Calibration, EndsSoonAfterItsBudget) {
    PricedBackend backend(clock_, GetParam().costs);
    backend.offer_staging(std::size_t{16} << 20);
    const TimePoint begun = clock_.now();
    ASSERT_TRUE(calibrate(backend, clock_).ok());
    EXPECT_LE(clock_.now() - begun, milliseconds(150) + milliseconds(25));
}

class CalibrationTest : public testing::Test {
  protected:
    ManualClock clock_;
    PricedBackend backend_{clock_, {.latency = 1e-5, .byte = 1e-10}};
};

TEST_F(CalibrationTest, EveryProbeIsCalledWhateverTheBudget) {
    ASSERT_TRUE(calibrate(backend_, clock_, {.budget = Duration::zero()}).ok());
    EXPECT_EQ(5U, backend_.calls());
}

TEST_F(CalibrationTest, WithoutStagingMemoryItCostsWhatOrdinaryMemoryDoes) {
    const Result<SideCosts> without = calibrate(backend_, clock_);
    backend_.offer_staging(4096);  // too little to measure by
    const Result<SideCosts> with_little = calibrate(backend_, clock_);
    EXPECT_EQ(without->byte, without->staged_byte);
    EXPECT_EQ(with_little->byte, with_little->staged_byte);
}

TEST_F(CalibrationTest, PassesOnWhyABackendCannotBeMeasured) {
    backend_.fail_with({.code = Code::unavailable, .message = "no device"});
    const Result<SideCosts> found = calibrate(backend_, clock_);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ("no device", found.error().message);
}

TEST_F(CalibrationTest, RefusesToMeasureWhoeverAnswersInItsPlace) {
    backend_.answer_as("cpu");
    const Result<SideCosts> found = calibrate(backend_, clock_);
    ASSERT_FALSE(found.ok());
    EXPECT_EQ(Code::unavailable, found.error().code);
    EXPECT_THAT(found.error().message, HasSubstr("'cpu' answers in its place"));
}

TEST_F(CalibrationTest, MeasuresARealBackend) {
    const auto cpu = make("cpu", 2);
    const SteadyClock clock;
    const Result<SideCosts> found = calibrate(*cpu, clock, {.budget = milliseconds(20)});
    ASSERT_TRUE(found.ok());
    // On a busy machine one constant may seem to be nothing, never all of them.
    EXPECT_GT(seconds(*found, shape_of(1, 100, 768)), 0);
}

}  // namespace
}  // namespace qr::test
