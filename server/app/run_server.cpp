// From configuration to exit code: starts the app, waits for a signal, drains, stops.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "host/base/version.h"
#include "server/app/app.h"

namespace qr {
namespace {

constexpr int kExitCheckFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitNoBackend = 3;
constexpr std::chrono::milliseconds kDrainSlice{50};

// SIGTERM and SIGINT are taken by sigtimedwait on the main thread alone: blocked before any thread
// is made, so every thread inherits the mask. SIGPIPE never kills: writes report EPIPE.
sigset_t block_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

// The signal, or 0 when `wait` passed without one.
int next_signal(const sigset_t& set, std::chrono::milliseconds wait) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    const std::chrono::nanoseconds rest = wait - seconds;
    const timespec limit{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
    const int signal = sigtimedwait(&set, nullptr, &limit);
    return signal > 0 ? signal : 0;
}

void log_event(Log& log, LogLevel level, Event event, std::string_view message) {
    LogLine line = log.line(level, event);
    line.text("message", message);
    log.write(std::move(line));
}

// Not ready, drain delay, no new connections, wait for what is in flight. A second signal ends the
// wait.
bool drain(App& app, const Config& config, const sigset_t& signals) {
    app.begin_drain();
    if (next_signal(signals, config.drain_delay) != 0) return app.drain({});
    const TimePoint deadline = std::chrono::steady_clock::now() + config.shutdown_timeout;
    while (!app.drain(kDrainSlice)) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        if (next_signal(signals, std::chrono::milliseconds(0)) != 0) return false;
    }
    return true;
}

int failed(Log& log, Event event, const Error& error, int code) {
    log_event(log, LogLevel::error, event, error.message);
    std::fprintf(stderr, "quantumrerank: %s\n", error.message.c_str());
    return code;
}

}  // namespace

int run_server(const Config& config, const std::vector<std::string>& warnings) {
    const sigset_t signals = block_signals();
    Log log({.level = config.log_level});
    for (const std::string& warning : warnings) {
        log_event(log, LogLevel::warn, Event::config_warning, warning);
    }
    App app(config, log);
    const Result<void> listening = app.listen();
    if (!listening.ok()) return failed(log, Event::stopped, listening.error(), kExitUsage);
    LogLine started = log.line(LogLevel::info, Event::server_started);
    started.text("version", version()).text("hostname", config.hostname);
    started.number("port", std::uint64_t{app.port()});
    log.write(std::move(started));

    const Result<void> loaded = app.load_backend();
    if (!loaded.ok()) {
        const bool is_unavailable = loaded.error().code == Code::unavailable;
        return failed(log, Event::backend_failed, loaded.error(),
                      is_unavailable ? kExitNoBackend : kExitCheckFailed);
    }
    int signal = 0;
    while (signal == 0)
        signal = next_signal(signals, std::chrono::hours(1));
    log_event(log, LogLevel::info, Event::draining, strsignal(signal));
    const bool is_drained = drain(app, config, signals);
    app.stop();
    LogLine stopped = log.line(LogLevel::info, Event::stopped);
    stopped.truth("drained", is_drained);
    log.write(std::move(stopped));
    return 0;
}

}  // namespace qr
