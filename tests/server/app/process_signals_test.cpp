#include "server/app/process_signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace qr {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong{20'000};

TEST(ProcessSignals, AreTakenOneAtATimeAndKillNobody) {
    const ProcessSignals signals;
    EXPECT_EQ(0, signals.next(milliseconds(0)));
    ::kill(::getpid(), SIGHUP);
    EXPECT_EQ(SIGHUP, signals.next(kLong));
    ::kill(::getpid(), SIGTERM);
    EXPECT_EQ(SIGTERM, signals.next(kLong));
    EXPECT_EQ(0, signals.next(milliseconds(0)));
}

TEST(ProcessSignals, AReloadIsNoStop) {
    const ProcessSignals signals;
    ::kill(::getpid(), SIGHUP);
    EXPECT_EQ(0, signals.next_stop(milliseconds(0)));
    ::kill(::getpid(), SIGINT);
    EXPECT_EQ(SIGINT, signals.next_stop(kLong));
    EXPECT_EQ(SIGHUP, signals.next(kLong)) << "it was left pending";
}

}  // namespace
}  // namespace qr
