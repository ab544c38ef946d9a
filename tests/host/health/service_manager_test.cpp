#include "host/health/service_manager.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/notify_socket.h"

namespace qr::test {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

ServiceManager::Environment listening(const NotifySocket& socket) {
    return {.notify_socket = socket.name(), .own_pid = 42};
}

TEST(ServiceManager, SaysNothingWhereNobodyListens) {
    ServiceManager manager({.watchdog_usec = "20000000"});
    EXPECT_FALSE(manager.is_present());
    EXPECT_FALSE(manager.watchdog_timeout().has_value());
    EXPECT_FALSE(manager.fault().has_value());
    EXPECT_TRUE(manager.ready().ok());
    EXPECT_TRUE(manager.status("ready").ok());
}

TEST(ServiceManager, SpeaksTheProtocolWordForWord) {
    NotifySocket socket(own_socket_name());
    ServiceManager manager(listening(socket));
    ASSERT_TRUE(manager.is_present());
    ASSERT_TRUE(manager.ready().ok());
    EXPECT_EQ("READY=1", socket.receive());
    ASSERT_TRUE(manager.ping().ok());
    EXPECT_EQ("WATCHDOG=1", socket.receive());
    ASSERT_TRUE(manager.stopping().ok());
    EXPECT_EQ("STOPPING=1", socket.receive());
    ASSERT_TRUE(manager.reloading(TimePoint(seconds(12) + microseconds(345))).ok());
    EXPECT_EQ("RELOADING=1\nMONOTONIC_USEC=12000345", socket.receive());
    ASSERT_TRUE(manager.status("ready: every check passes").ok());
    EXPECT_EQ("STATUS=ready: every check passes", socket.receive());
}

TEST(ServiceManager, TalksToASocketThatIsAFile) {
    NotifySocket socket(testing::TempDir() + "qr_notify_" + std::to_string(::getpid()));
    ServiceManager manager(listening(socket));
    ASSERT_TRUE(manager.ready().ok());
    EXPECT_EQ("READY=1", socket.receive());
}

TEST(ServiceManager, AStatusIsOneLineOfBoundedLength) {
    NotifySocket socket(own_socket_name());
    ServiceManager manager(listening(socket));
    ASSERT_TRUE(manager.status("one\nWATCHDOG=trigger\ttwo").ok());
    EXPECT_EQ("STATUS=one WATCHDOG=trigger two", socket.receive());
    ASSERT_TRUE(manager.status(std::string(100'000, 'x')).ok());
    EXPECT_EQ(7 + ServiceManager::kStatusBytesMax, socket.receive().size());
}

struct WatchdogRow {
    const char* usec;
    const char* pid;
    std::optional<Duration> timeout;
};

TEST(ServiceManager, ReadsTheWatchdogThatIsMeantForThisProcess) {
    NotifySocket socket(own_socket_name());
    for (const WatchdogRow& row : {WatchdogRow{"20000000", "42", seconds(20)},
                                   {"20000000", "", seconds(20)},
                                   {"1", "42", microseconds(1)},
                                   {"20000000", "43", std::nullopt},
                                   {"20000000", "x", std::nullopt},
                                   {"", "42", std::nullopt},
                                   {"0", "42", std::nullopt},
                                   {"-1", "42", std::nullopt},
                                   {"20s", "42", std::nullopt},
                                   {"18446744073709551615", "42", std::nullopt},
                                   {"18446744073709551616", "42", std::nullopt}}) {
        const ServiceManager manager({.notify_socket = socket.name(),
                                      .watchdog_usec = row.usec,
                                      .watchdog_pid = row.pid,
                                      .own_pid = 42});
        EXPECT_EQ(row.timeout, manager.watchdog_timeout()) << row.usec << " for " << row.pid;
    }
}

TEST(ServiceManager, NamesASocketThatItCannotUse) {
    for (const std::string& name :
         {std::string("relative"), std::string("/"), std::string("@"), std::string(200, '/')}) {
        ServiceManager manager({.notify_socket = name});
        EXPECT_FALSE(manager.is_present()) << name;
        ASSERT_TRUE(manager.fault().has_value()) << name;
        EXPECT_THAT(manager.fault()->message, StartsWith("NOTIFY_SOCKET '"));
        EXPECT_TRUE(manager.ready().ok());
    }
}

TEST(ServiceManager, AManagerThatWentAwayIsAnErrorAndNoMore) {
    auto socket = std::make_unique<NotifySocket>(own_socket_name());
    ServiceManager manager(listening(*socket));
    socket.reset();
    const Result<void> told = manager.ping();
    ASSERT_FALSE(told.ok());
    EXPECT_THAT(told.error().message, HasSubstr("WATCHDOG=1"));
}

}  // namespace
}  // namespace qr::test
