// JSON lines, one an event: fixed event names, typed fields, no body, no vector, no key.
//
// A caller formats its line and appends it to a bounded buffer under a short lock; one thread
// writes the buffer out. It is woken when the buffer stops being empty and then waits `delay_max`
// before it writes, so a busy server pays a tenth of a system call per line, not a wake-up per
// line; warnings, errors and a half-full buffer are written at once. When the reader of the output
// is too slow the older half of what waits is dropped, counted, and reported in the output itself.
// Everything accepted is written before the destructor returns. Why not spdlog's asynchronous
// logger: docs/decisions/0003-log-writer.md.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "host/base/log_level.h"

namespace qr {

enum class Event : std::uint8_t {
    server_started,
    config_warning,
    config_reloaded,
    config_rejected,
    backend_ready,
    backend_failed,
    encoder_ready,
    encoder_failed,
    collections_ready,
    collections_failed,
    collection_loaded,
    collection_damaged,
    collection_failed,
    draft_removed,
    draft_kept,
    health_changed,
    device_lost,
    device_recovered,
    device_error,
    device_throttled,
    device_unthrottled,
    process_ended,
    request,
    request_failed,
    log_dropped,
    draining,
    stopped,
};
std::string_view to_string(Event event);

// One line under construction. Every text is escaped, and clipped at kTextBytesMax.
class LogLine {
  public:
    static constexpr std::size_t kTextBytesMax = 1024;

    LogLine(LogLevel level, Event event, std::chrono::system_clock::time_point now);

    // Keys are literals of ours: [a-z_]+.
    LogLine& text(std::string_view key, std::string_view value);
    LogLine& number(std::string_view key, std::int64_t value);
    LogLine& number(std::string_view key, std::uint64_t value);
    LogLine& number(std::string_view key, double value);  // null when not finite
    LogLine& truth(std::string_view key, bool value);

    LogLevel level() const { return level_; }

  private:
    friend class Log;
    void key(std::string_view name);

    LogLevel level_;
    std::string line_;
};

class Log {
  public:
    using Sink = std::function<void(std::string_view lines)>;  // called by one thread at a time

    struct Options {
        LogLevel level = LogLevel::info;
        std::size_t waiting_bytes_max = std::size_t{1} << 20;
        std::chrono::milliseconds delay_max{50};
        Sink sink;  // empty: standard error
        std::chrono::system_clock::time_point (*now)() = &std::chrono::system_clock::now;
    };

    explicit Log(Options options);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    bool is_enabled(LogLevel level) const {
        return level >= level_.load(std::memory_order_relaxed);
    }
    void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }
    // A line of an enabled level, to be given to write(); ask is_enabled() first where a line
    // costs.
    LogLine line(LogLevel level, Event event) const { return {level, event, options_.now()}; }
    void write(LogLine&& line);  // thread-safe; drops silently what the level filters

    void flush();  // returns when all lines written so far have reached the sink
    std::uint64_t dropped_lines() const { return dropped_lines_.load(std::memory_order_relaxed); }

  private:
    void run();
    void drop_older_half();
    void report_dropped(std::string& lines);

    const Options options_;
    std::atomic<LogLevel> level_;  // at first that of the options
    std::mutex mutex_;
    std::condition_variable wake_;
    std::condition_variable written_;
    std::string waiting_;
    std::uint64_t appended_lines_ = 0;
    std::uint64_t settled_lines_ = 0;  // written or dropped
    bool is_urgent_ = false;
    bool is_stopping_ = false;
    std::atomic<std::uint64_t> dropped_lines_{0};
    std::uint64_t reported_lines_ = 0;  // of the dropped ones; the writer's own
    std::thread writer_;
};

}  // namespace qr
