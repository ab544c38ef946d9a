#include "host/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

namespace qr {
namespace {

using testing::HasSubstr;
using testing::Not;

// 2024-05-06T07:08:09.010Z
std::chrono::system_clock::time_point fixed_time() {
    return std::chrono::sys_days{std::chrono::year{2024} / 5 / 6} + std::chrono::hours(7) +
           std::chrono::minutes(8) + std::chrono::seconds(9) + std::chrono::milliseconds(10);
}

class LogTest : public testing::Test {
  protected:
    Log::Options options(LogLevel level = LogLevel::info) {
        return {.level = level,
                .sink = [this](std::string_view lines) { output_ += lines; },
                .now = &fixed_time};
    }

    std::string output_;  // read after flush() or the log's end
};

TEST_F(LogTest, TakesANewLevelWhileItRuns) {
    Log log(options(LogLevel::error));
    log.write(log.line(LogLevel::info, Event::request));
    log.set_level(LogLevel::info);
    EXPECT_TRUE(log.is_enabled(LogLevel::info));
    log.write(log.line(LogLevel::info, Event::config_reloaded));
    log.set_level(LogLevel::off);
    log.write(log.line(LogLevel::error, Event::stopped));
    log.flush();
    EXPECT_EQ(R"({"ts":"2024-05-06T07:08:09.010Z","level":"info","event":"config_reloaded"})"
              "\n",
              output_);
}

TEST_F(LogTest, WritesOneJsonObjectALineWithTimeLevelAndEvent) {
    Log log(options());
    LogLine line = log.line(LogLevel::info, Event::request);
    line.text("id", "abc")
        .number("status", std::int64_t{-200})
        .number("bytes", std::uint64_t{18'446'744'073'709'551'615U})
        .number("ms", 1.5)
        .truth("is_complete", true);
    log.write(std::move(line));
    log.write(log.line(LogLevel::error, Event::stopped));
    log.flush();
    EXPECT_EQ(R"({"ts":"2024-05-06T07:08:09.010Z","level":"info","event":"request","id":"abc",)"
              R"("status":-200,"bytes":18446744073709551615,"ms":1.5,"is_complete":true})"
              "\n"
              R"({"ts":"2024-05-06T07:08:09.010Z","level":"error","event":"stopped"})"
              "\n",
              output_);
}

TEST_F(LogTest, NeverLetsATextBreakItsLine) {
    Log log(options());
    LogLine line = log.line(LogLevel::info, Event::request);
    line.text("path", std::string_view("/a\r\n{\"event\":\"forged\"}\0\x7f\xff", 25));
    log.write(std::move(line));
    log.flush();
    EXPECT_THAT(output_, HasSubstr(R"("path":"/a\r\n{\"event\":\"forged\"}\u0000\u007f)"
                                   "\xef\xbf\xbd\"}\n"));
    EXPECT_EQ(1, std::count(output_.begin(), output_.end(), '\n'));
}

TEST_F(LogTest, ClipsALongText) {
    Log log(options());
    LogLine line = log.line(LogLevel::info, Event::request);
    line.text("path", std::string(5000, 'x'));
    log.write(std::move(line));
    log.flush();
    EXPECT_EQ(1024, std::count(output_.begin(), output_.end(), 'x'));
}

TEST_F(LogTest, WritesNullForWhatJsonHasNoNumberFor) {
    Log log(options());
    LogLine line = log.line(LogLevel::info, Event::request);
    line.number("a", std::numeric_limits<double>::infinity())
        .number("b", std::numeric_limits<double>::quiet_NaN());
    log.write(std::move(line));
    log.flush();
    EXPECT_THAT(output_, HasSubstr(R"("a":null,"b":null})"));
}

TEST_F(LogTest, KeepsItsLevelAndAllAbove) {
    Log log(options(LogLevel::warn));
    EXPECT_FALSE(log.is_enabled(LogLevel::info));
    EXPECT_TRUE(log.is_enabled(LogLevel::warn));
    for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error})
        log.write(log.line(level, Event::request));
    log.flush();
    EXPECT_THAT(output_, Not(HasSubstr("info")));
    EXPECT_THAT(output_, HasSubstr("warn"));
    EXPECT_THAT(output_, HasSubstr("error"));
    EXPECT_EQ(2, std::count(output_.begin(), output_.end(), '\n'));
}

TEST_F(LogTest, WritesEverythingBeforeItIsGone) {
    {
        Log log(options());
        for (int i = 0; i < 100; ++i)
            log.write(log.line(LogLevel::info, Event::request));
    }
    EXPECT_EQ(100, std::count(output_.begin(), output_.end(), '\n'));
}

// A sink that a test holds shut: what a full pipe looks like to the log.
class HeldSink {
  public:
    void write(std::string_view lines) {
        std::unique_lock lock(mutex_);
        is_entered_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return is_open_; });
        output_ += lines;
    }
    void wait_until_entered() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_entered_; });
    }
    void open() {
        const std::lock_guard lock(mutex_);
        is_open_ = true;
        changed_.notify_all();
    }
    const std::string& output() const { return output_; }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_entered_ = false;
    bool is_open_ = false;
    std::string output_;
};

TEST_F(LogTest, DropsTheOlderHalfAndSaysSoWhenItsReaderIsTooSlow) {
    HeldSink sink;
    Log log({.waiting_bytes_max = 1000,
             .sink = [&](std::string_view lines) { sink.write(lines); },
             .now = &fixed_time});
    log.write(log.line(LogLevel::error, Event::server_started));
    sink.wait_until_entered();
    constexpr std::uint64_t kLines = 100;
    for (std::uint64_t i = 0; i < kLines; ++i) {
        LogLine line = log.line(LogLevel::info, Event::request);
        line.number("number", i);
        log.write(std::move(line));
    }
    const std::uint64_t dropped = log.dropped_lines();
    sink.open();
    log.flush();
    EXPECT_GT(dropped, kLines / 2);
    EXPECT_LT(dropped, kLines);
    EXPECT_THAT(sink.output(), HasSubstr("\"number\":99}"));
    EXPECT_THAT(sink.output(), Not(HasSubstr("\"number\":0}")));
    EXPECT_THAT(sink.output(),
                HasSubstr("\"event\":\"log_dropped\",\"lines\":" + std::to_string(dropped) + "}"));
    EXPECT_EQ(static_cast<std::ptrdiff_t>(kLines - dropped + 2),
              std::count(sink.output().begin(), sink.output().end(), '\n'));
}

TEST_F(LogTest, TakesLinesFromManyThreadsWithoutMixingThem) {
    {
        Log log(options());
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&log] {
                for (int i = 0; i < 500; ++i)
                    log.write(log.line(LogLevel::info, Event::request));
            });
        }
        for (std::thread& thread : threads)
            thread.join();
    }
    const std::string line =
        "{\"ts\":\"2024-05-06T07:08:09.010Z\",\"level\":\"info\",\"event\":\"request\"}\n";
    std::string expected;
    for (int i = 0; i < 2000; ++i)
        expected += line;
    EXPECT_EQ(expected, output_);
}

TEST(LogEvent, HasAFixedName) {
    EXPECT_EQ("server_started", to_string(Event::server_started));
    EXPECT_EQ("request", to_string(Event::request));
    EXPECT_EQ("stopped", to_string(Event::stopped));
}

}  // namespace
}  // namespace qr
