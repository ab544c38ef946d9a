#include "host/base/log.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <utility>

#include "host/base/json_escape.h"
#include "host/base/narrow.h"

namespace qr {
namespace {

// Indexed by Event.
constexpr auto kEventNames = std::to_array<std::string_view>({
    "server_started",     "config_warning",     "config_reloaded",   "config_rejected",
    "backend_ready",      "backend_failed",     "encoder_ready",     "encoder_failed",
    "collections_ready",  "collections_failed", "collection_loaded", "collection_damaged",
    "collection_failed",  "draft_removed",      "draft_kept",        "health_changed",
    "device_lost",        "device_recovered",   "device_error",      "device_throttled",
    "device_unthrottled", "process_ended",      "request",           "request_failed",
    "log_dropped",        "draining",           "stopped",
});

constexpr std::size_t kLineBytesUsual = 512;

// Two digits at a time beat a general formatter tenfold, and every line has a time.
void append_digits(std::string& out, std::int64_t value, int digits) {
    std::array<char, 8> text{};
    for (int i = digits; i-- > 0; value /= 10)
        text[narrow<std::size_t>(i)] = static_cast<char>('0' + value % 10);
    out.append(text.data(), narrow<std::size_t>(digits));
}

// RFC 3339 in UTC with milliseconds: 2024-05-06T07:08:09.010Z.
void append_time(std::string& out, std::chrono::system_clock::time_point now) {
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(now);
    const auto day = std::chrono::floor<std::chrono::days>(milliseconds);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(milliseconds - day);
    append_digits(out, int{date.year()}, 4);
    out += '-';
    append_digits(out, unsigned{date.month()}, 2);
    out += '-';
    append_digits(out, unsigned{date.day()}, 2);
    out += 'T';
    append_digits(out, time.hours().count(), 2);
    out += ':';
    append_digits(out, time.minutes().count(), 2);
    out += ':';
    append_digits(out, time.seconds().count(), 2);
    out += '.';
    append_digits(out, time.subseconds().count(), 3);
    out += 'Z';
}

template <class Number>
void append_number(std::string& out, Number value) {
    std::array<char, 32> text{};
    const auto [end, fault] = std::to_chars(text.data(), text.data() + text.size(), value);
    QR_CHECK(fault == std::errc());
    out.append(text.data(), end);
}

// Nobody can be told when standard error itself fails, so such lines are gone.
void write_to_stderr(std::string_view lines) {
    while (!lines.empty()) {
        const ssize_t written = ::write(STDERR_FILENO, lines.data(), lines.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        lines.remove_prefix(narrow<std::size_t>(written));
    }
}

}  // namespace

std::string_view to_string(Event event) {
    return kEventNames.at(static_cast<std::size_t>(event));
}

LogLine::LogLine(LogLevel level, Event event, std::chrono::system_clock::time_point now)
    : level_(level) {
    line_.reserve(kLineBytesUsual);
    line_ += "{\"ts\":\"";
    append_time(line_, now);
    line_ += "\",\"level\":\"";
    line_ += to_string(level);
    line_ += "\",\"event\":\"";
    line_ += to_string(event);
    line_ += '"';
}

void LogLine::key(std::string_view name) {
    line_ += ",\"";
    line_ += name;
    line_ += "\":";
}

LogLine& LogLine::text(std::string_view name, std::string_view value) {
    key(name);
    append_json_string(line_, value.substr(0, kTextBytesMax));
    return *this;
}

LogLine& LogLine::number(std::string_view name, std::int64_t value) {
    key(name);
    append_number(line_, value);
    return *this;
}

LogLine& LogLine::number(std::string_view name, std::uint64_t value) {
    key(name);
    append_number(line_, value);
    return *this;
}

LogLine& LogLine::number(std::string_view name, double value) {
    key(name);
    if (std::isfinite(value)) {
        append_number(line_, value);
    } else {
        line_ += "null";
    }
    return *this;
}

LogLine& LogLine::truth(std::string_view name, bool value) {
    key(name);
    line_ += value ? "true" : "false";
    return *this;
}

Log::Log(Options options)
    : options_([&] {
          if (!options.sink) options.sink = write_to_stderr;
          return std::move(options);
      }()),
      level_(options_.level) {
    waiting_.reserve(options_.waiting_bytes_max);
    writer_ = std::thread([this] { run(); });
}

Log::~Log() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    writer_.join();
}

void Log::write(LogLine&& line) {
    if (!is_enabled(line.level())) return;
    line.line_ += "}\n";
    bool must_wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() + line.line_.size() > options_.waiting_bytes_max) drop_older_half();
        const bool is_urgent =
            line.level() >= LogLevel::warn || waiting_.size() > options_.waiting_bytes_max / 2;
        must_wake = waiting_.empty() || (is_urgent && !is_urgent_);
        is_urgent_ = is_urgent_ || is_urgent;
        waiting_ += line.line_;
        ++appended_lines_;
    }
    if (must_wake) wake_.notify_one();
}

// Half at a time, so that the move is paid once per many lines and not once per line.
void Log::drop_older_half() {
    const std::size_t middle = waiting_.find('\n', waiting_.size() / 2);
    const std::size_t end = middle == std::string::npos ? waiting_.size() : middle + 1;
    const auto lines =
        std::count(waiting_.begin(), waiting_.begin() + narrow<std::ptrdiff_t>(end), '\n');
    waiting_.erase(0, end);
    dropped_lines_.fetch_add(narrow<std::uint64_t>(lines), std::memory_order_relaxed);
}

void Log::flush() {
    std::unique_lock lock(mutex_);
    const std::uint64_t last = appended_lines_;
    if (settled_lines_ >= last) return;
    is_urgent_ = true;
    wake_.notify_one();
    written_.wait(lock, [&] { return settled_lines_ >= last; });
}

void Log::report_dropped(std::string& lines) {
    const std::uint64_t dropped = dropped_lines();
    if (dropped == reported_lines_) return;
    LogLine report = line(LogLevel::warn, Event::log_dropped);
    report.number("lines", dropped - std::exchange(reported_lines_, dropped));
    lines += report.line_ + "}\n";
}

void Log::run() {
    std::string lines;
    lines.reserve(options_.waiting_bytes_max);
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return !waiting_.empty() || is_stopping_; });
        if (waiting_.empty()) return;
        wake_.wait_for(lock, options_.delay_max, [this] { return is_urgent_ || is_stopping_; });
        std::swap(lines, waiting_);
        const std::uint64_t last = appended_lines_;
        is_urgent_ = false;
        lock.unlock();
        report_dropped(lines);
        options_.sink(lines);
        lines.clear();
        lock.lock();
        settled_lines_ = last;
        written_.notify_all();
    }
}

}  // namespace qr
