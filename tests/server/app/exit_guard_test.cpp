#include "server/app/exit_guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace qr {
namespace {

using std::chrono::milliseconds;

TEST(ExitGuard, GivesUpOnceItsTimeIsOver) {
    std::promise<void> given_up;
    ExitGuard guard([&] { given_up.set_value(); });
    guard.arm(milliseconds(1));
    EXPECT_EQ(given_up.get_future().wait_for(std::chrono::seconds(20)), std::future_status::ready);
}

TEST(ExitGuard, DoesNothingWhenItIsGoneInTime) {
    std::atomic<bool> has_given_up = false;
    {
        ExitGuard guard([&] { has_given_up = true; });
        guard.arm(std::chrono::hours(1));
    }
    {
        const ExitGuard unarmed([&] { has_given_up = true; });
    }
    EXPECT_FALSE(has_given_up);
}

}  // namespace
}  // namespace qr
