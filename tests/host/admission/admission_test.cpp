#include "host/admission/admission.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "tests/support/manual_clock.h"

namespace qr {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class AdmissionTest : public testing::Test {
  protected:
    // The place, or an empty one when refused.
    static Place place(Admission& admission, std::string_view tenant = "",
                       std::optional<std::size_t> content_length = 0) {
        auto answer = admission.admit(tenant, content_length);
        Place* const taken = std::get_if<Place>(&answer);
        return taken == nullptr ? Place() : std::move(*taken);
    }
    static AdmissionRefusal refusal(Admission& admission, std::string_view tenant = "",
                                    std::optional<std::size_t> content_length = 0) {
        const auto answer = admission.admit(tenant, content_length);
        const AdmissionRefusal* const refused = std::get_if<AdmissionRefusal>(&answer);
        EXPECT_NE(nullptr, refused);
        return refused == nullptr ? AdmissionRefusal{} : *refused;
    }

    test::ManualClock clock_;
};

TEST_F(AdmissionTest, APlaceIsFreeAgainOnceItIsGone) {
    Admission admission(clock_, {.jobs_max = 1});
    {
        const Place first = place(admission);
        EXPECT_TRUE(first.is_held());
        EXPECT_EQ(RefusalReason::jobs, refusal(admission).overload.reason);
    }
    EXPECT_TRUE(place(admission).is_held());
    EXPECT_EQ(0U, admission.figures().jobs);
    EXPECT_EQ(2U, admission.figures().admitted);
    EXPECT_EQ(1U, admission.figures().refused[0]);
}

TEST_F(AdmissionTest, AMovedPlaceIsGivenBackOnce) {
    Admission admission(clock_, {.jobs_max = 2});
    Place first = place(admission, "", 30);
    Place second = std::move(first);
    EXPECT_FALSE(first.is_held());  // NOLINT: what a move leaves behind is the point
    second = place(admission, "", 5);
    EXPECT_EQ(1U, admission.figures().jobs);
    EXPECT_EQ(5U, admission.figures().bytes);
}

TEST_F(AdmissionTest, ADeclarationReplacesWhatTheHeadAnnounced) {
    Admission admission(clock_, {.rows_max = 100, .bytes_max = 1000});
    Place packed = place(admission, "", 10);
    packed.declare(100, 4000);
    EXPECT_EQ(100U, admission.figures().rows);
    EXPECT_EQ(4000U, admission.figures().bytes);
    EXPECT_EQ(RefusalReason::rows, refusal(admission).overload.reason);
    packed.declare(99, 999);
    EXPECT_EQ(RefusalReason::bytes, refusal(admission, "", 2).overload.reason);
    EXPECT_TRUE(place(admission, "", 1).is_held());
    packed = Place();
    EXPECT_EQ(0U, admission.figures().rows);
    EXPECT_EQ(0U, admission.figures().bytes);
}

TEST_F(AdmissionTest, OneTenantLeavesPlacesToTheOthers) {
    Admission admission(clock_, {.jobs_max = 4, .tenant_share_percent = 50, .tenants = 2});
    const std::array held = {place(admission, "key-1"), place(admission, "key-1")};
    EXPECT_EQ(RefusalReason::tenant, refusal(admission, "key-1").overload.reason);
    EXPECT_TRUE(place(admission, "key-2").is_held());
}

TEST_F(AdmissionTest, NewLimitsHoldForRequestsToCome) {
    Admission admission(clock_, {.jobs_max = 2});
    const std::array held = {place(admission), place(admission)};
    admission.set_limits({.jobs_max = 1});
    const AdmissionRefusal refused = refusal(admission);
    EXPECT_EQ(2U, refused.overload.found);
    EXPECT_EQ(1U, refused.overload.allowed);
    EXPECT_EQ(1U, admission.figures().limits.jobs_max);
    admission.set_limits({.jobs_max = 3});
    EXPECT_TRUE(place(admission).is_held());
}

TEST_F(AdmissionTest, ARefusalSaysWhenToComeBackByHowFastPlacesComeFree) {
    Admission admission(clock_, {.jobs_max = 100});
    std::vector<Place> held;
    for (int i = 0; i < 100; ++i)
        held.push_back(place(admission));
    EXPECT_GE(refusal(admission).retry_after, milliseconds(750)) << "no rate yet: a second";
    // Fifty a second, each place taken again at once.
    for (int i = 0; i < 500; ++i) {
        clock_.advance(milliseconds(20));
        held.pop_back();
        held.push_back(place(admission));
    }
    const Duration time = refusal(admission).retry_after;
    EXPECT_GE(time, milliseconds(740));
    EXPECT_LE(time, milliseconds(1260));
    clock_.advance(seconds(20));
    EXPECT_EQ(kRetryMax, refusal(admission).retry_after) << "nothing moves";
}

TEST_F(AdmissionTest, EveryPlaceComesBackWhateverThreadsDo) {
    constexpr std::size_t kThreads = 4;
    constexpr int kTurns = 5000;
    constexpr std::size_t kJobsMax = 6;
    const unsigned seed = std::random_device()();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const SteadyClock clock;
    Admission admission(clock, {.jobs_max = kJobsMax,
                                .rows_max = 500,
                                .bytes_max = 5000,
                                .tenant_share_percent = 50,
                                .tenants = 2});
    std::atomic<std::size_t> held = 0;
    std::atomic<std::uint64_t> admitted = 0;
    std::atomic<std::uint64_t> refused = 0;
    std::atomic<bool> is_exceeded = false;
    const auto work = [&](unsigned thread) {
        std::mt19937 random(seed + thread);
        const std::string tenant = thread % 2 == 0 ? "key-1" : "key-2";
        std::vector<Place> places;
        for (int turn = 0; turn < kTurns; ++turn) {
            const std::size_t number = random() % 1000;
            if (number % 3 == 0 && !places.empty()) {
                held.fetch_sub(1);
                places.pop_back();
                continue;
            }
            auto answer = admission.admit(tenant, number);
            Place* const taken = std::get_if<Place>(&answer);
            if (taken == nullptr) {
                refused.fetch_add(1);
                if (!places.empty()) places.front().declare(number % 50, number);
                continue;
            }
            admitted.fetch_add(1);
            if (held.fetch_add(1) >= kJobsMax) is_exceeded = true;
            places.push_back(std::move(*taken));
            places.back().declare(number % 200, 2 * number);
        }
        held.fetch_sub(places.size());
    };
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i)
        threads.emplace_back(work, i);
    for (std::thread& thread : threads)
        thread.join();
    const AdmissionFigures figures = admission.figures();
    EXPECT_EQ(0U, figures.jobs);
    EXPECT_EQ(0U, figures.rows);
    EXPECT_EQ(0U, figures.bytes);
    EXPECT_EQ(admitted, figures.admitted);
    std::uint64_t sum = 0;
    for (const std::uint64_t count : figures.refused)
        sum += count;
    EXPECT_EQ(refused, sum);
    EXPECT_FALSE(is_exceeded) << "more places were held than there are";
    EXPECT_GT(admitted, 0U);
}

}  // namespace
}  // namespace qr
