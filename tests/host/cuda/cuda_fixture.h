// The fixture of the CUDA backend's tests: an emulated device that keeps the parameter's order and
// pace, random vectors with a printed seed, and the reference's scores.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "host/backend/reference/reference_backend.h"
#include "tests/host/backend/vectors.h"
#include "tests/host/cuda/small_slots.h"
#include "tests/support/emulation/emulation.h"

namespace qr::cuda {

using emulation::Progress;
using test::Matrix;

struct Pace {
    const char* name;
    unsigned order;
    Progress progress;
    bool protects_memory = false;
};
inline void PrintTo(const Pace& pace, std::ostream* out) {
    *out << pace.name;
}

class CudaTest : public testing::Test {
  protected:
    CudaTest() { use({"ascending", 0, Progress::kAtOnce}, 1); }
    ~CudaTest() override {
        emulation::reset();
        EXPECT_EQ(live_before_, emulation::live_objects());
    }

    static void use(const Pace& pace, int devices) {
        emulation::Settings settings = emulation::settings_from_environment();
        settings.order = pace.order;
        settings.progress = pace.progress;
        settings.protects_memory = pace.protects_memory;
        settings.devices = devices;
        emulation::reset(settings);
    }
    Matrix rows(std::size_t count, std::size_t dimension) {
        return test::random_matrix(random_, count, dimension);
    }
    static Scores expected(const ScoreBatch& batch) {
        ReferenceBackend reference;
        return test::scores_of(reference, batch);
    }
    static void expect_same(const Scores& expected, const Scores& found) {
        ASSERT_EQ(expected.tasks.size(), found.tasks.size());
        for (std::size_t i = 0; i < found.tasks.size(); ++i) {
            EXPECT_EQ(test::bits_of(expected.tasks[i].values), test::bits_of(found.tasks[i].values))
                << "task " << i;
            EXPECT_EQ(expected.tasks[i].fault, found.tasks[i].fault) << "task " << i;
            EXPECT_EQ(expected.tasks[i].is_dropped, found.tasks[i].is_dropped) << "task " << i;
        }
        EXPECT_THAT(emulation::take_reports(), testing::IsEmpty());
    }

    const std::size_t live_before_ = emulation::live_objects();
    const unsigned seed_ = std::random_device{}();
    test::Random random_{seed_};
    const testing::ScopedTrace trace_{__FILE__, __LINE__, "seed " + std::to_string(seed_)};
};

class PacedCudaTest : public CudaTest, public testing::WithParamInterface<Pace> {
  protected:
    PacedCudaTest() { use(GetParam(), 1); }
};

#define AT_EVERY_PACE(suite)                                                             \
    INSTANTIATE_TEST_SUITE_P(                                                            \
        Paces, suite,                                                                    \
        testing::Values(Pace{"at_once", 0, Progress::kAtOnce},                           \
                        Pace{"descending_on_wait", 1, Progress::kOnWait, true},          \
                        Pace{"random_in_background", 5, Progress::kInBackground, true}), \
        [](const auto& pace) { return std::string(pace.param.name); })

// Dropped from its n-th question on.
class CountedClaim final : public Claim {
  public:
    explicit CountedClaim(int dropped_from) : dropped_from_(dropped_from) {}
    bool is_dropped() const noexcept override { return questions_++ >= dropped_from_; }
    int questions() const { return questions_; }

  private:
    const int dropped_from_;
    mutable std::atomic<int> questions_ = 0;
};

}  // namespace qr::cuda
