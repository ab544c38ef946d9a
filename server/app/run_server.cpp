#include "server/app/run_server.h"

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

#include "host/base/version.h"
#include "server/app/app.h"
#include "server/app/exit_guard.h"
#include "server/app/make_encoder.h"
#include "server/app/open_collections.h"
#include "server/app/process_signals.h"
#include "server/config/reload.h"

namespace qr {
namespace {

constexpr std::chrono::milliseconds kDrainSlice{50};
// From the drain's end to the process's: answering what waits, a batch in flight, joining threads.
constexpr std::chrono::milliseconds kStopTimeout{5'000};
// For the log's writer, which writes an error at once.
constexpr std::chrono::milliseconds kLastWords{100};

void log_event(Log& log, LogLevel level, Event event, std::string_view message) {
    LogLine line = log.line(level, event);
    line.text("message", message);
    log.write(std::move(line));
}

void log_warnings(Log& log, const config::Loaded& loaded) {
    for (const std::string& warning : loaded.warnings)
        log_event(log, LogLevel::warn, Event::config_warning, warning);
}

std::string joined(const std::vector<std::string_view>& keys) {
    std::string text;
    for (const std::string_view key : keys)
        text.append(text.empty() ? "" : ", ").append(key);
    return text;
}

// Reads all layers again; whatever is wrong, the server goes on as it was.
void reload(App& app, Log& log, Config& running, const config::LoadConfig& load) {
    app.begin_reload();
    const config::Loaded loaded = load();
    log_warnings(log, loaded);
    for (const Error& error : loaded.errors)
        log_event(log, LogLevel::error, Event::config_rejected, error.message);
    if (!loaded.errors.empty()) return app.reject_reload();
    config::Reload reloaded = config::reload(running, loaded.config);
    app.apply(reloaded.config);
    running = std::move(reloaded.config);
    LogLine line = log.line(LogLevel::info, Event::config_reloaded);
    line.text("changed", joined(reloaded.changed));
    log.write(std::move(line));
    if (reloaded.deferred.empty()) return;
    log_event(log, LogLevel::warn, Event::config_warning,
              "changed, but only a restart applies it: " + joined(reloaded.deferred));
}

// Until the first signal to stop, which it returns.
int serve(App& app, Log& log, Config& running, const config::LoadConfig& load,
          const ProcessSignals& signals) {
    while (true) {
        const int signal = signals.next(std::chrono::hours(1));
        if (signal == SIGHUP) reload(app, log, running, load);
        if (signal != 0 && signal != SIGHUP) return signal;
    }
}

// Not ready, drain delay, no new connections, wait for those there are. A second signal ends the
// wait.
bool drain(App& app, const Config& config, const ProcessSignals& signals) {
    app.begin_drain();
    if (signals.next_stop(config.drain_delay) != 0) return app.drain({});
    const TimePoint deadline = std::chrono::steady_clock::now() + config.shutdown_timeout;
    while (!app.drain(kDrainSlice)) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        if (signals.next_stop(std::chrono::milliseconds(0)) != 0) return false;
    }
    return true;
}

int failed(Log& log, Event event, const Error& error, int code) {
    log_event(log, LogLevel::error, event, error.message);
    std::fprintf(stderr, "quantumrerank: %s\n", error.message.c_str());
    return code;
}

// What an operator has to change is told apart from what is broken.
int exit_code_of(Code code) {
    const bool is_usage =
        code == Code::invalid || code == Code::not_found || code == Code::conflict;
    return is_usage ? kExitUsage : kExitCheckFailed;
}

// Nothing is unwound: what cannot be stopped must not be waited for.
[[noreturn]] void give_up(Log& log, int exit_code, std::string_view why) {
    log_event(log, LogLevel::error, Event::process_ended, why);
    std::this_thread::sleep_for(kLastWords);
    std::_Exit(exit_code);
}

// The health watch's verdict. Without a backend the server can still answer what it has, and stops
// in order; where something is stuck nothing can be waited for.
void end_process(Log& log, std::atomic<int>& exit_code, const EndOfProcess& end) {
    if (end.exit_code != kExitNoBackend) give_up(log, end.exit_code, end.reason);
    log_event(log, LogLevel::error, Event::process_ended, end.reason);
    exit_code.store(end.exit_code);
    ::kill(::getpid(), SIGTERM);
}

}  // namespace

int run_server(const config::Loaded& loaded, const config::LoadConfig& load,
               std::span<const BackendEntry> entries) {
    const ProcessSignals signals;
    Config running = loaded.config;
    Log log({.level = running.log_level});
    log_warnings(log, loaded);
    std::atomic<int> exit_code{0};
    ExitGuard guard(
        [&log] { give_up(log, kExitCheckFailed, "the shutdown did not finish within its time"); });
    App app(running, log,
            {.backends = entries,
             .end_process = [&](const EndOfProcess& end) { end_process(log, exit_code, end); },
             .service_manager = ServiceManager::read_environment(),
             .make_encoder = &make_encoder,
             .open_collections = &open_collections});
    const Result<void> encoder = app.load_encoder();
    if (!encoder.ok()) return failed(log, Event::encoder_failed, encoder.error(), kExitUsage);
    const Result<void> listening = app.listen();
    if (!listening.ok()) return failed(log, Event::stopped, listening.error(), kExitUsage);
    LogLine started = log.line(LogLevel::info, Event::server_started);
    started.text("version", version()).text("hostname", running.hostname);
    started.number("port", std::uint64_t{app.port()});
    log.write(std::move(started));

    const Result<void> collections = app.load_collections();
    if (!collections.ok()) {
        return failed(log, Event::collections_failed, collections.error(),
                      exit_code_of(collections.error().code));
    }
    const Result<void> loaded_backend = app.load_backend();
    if (!loaded_backend.ok()) {
        const bool is_unavailable = loaded_backend.error().code == Code::unavailable;
        return failed(log, Event::backend_failed, loaded_backend.error(),
                      is_unavailable ? kExitNoBackend : kExitCheckFailed);
    }
    const int signal = serve(app, log, running, load, signals);
    log_event(log, LogLevel::info, Event::draining, strsignal(signal));
    const bool is_drained = drain(app, running, signals);
    guard.arm(kStopTimeout);
    app.stop();
    LogLine stopped = log.line(LogLevel::info, Event::stopped);
    stopped.truth("drained", is_drained);
    log.write(std::move(stopped));
    if (!app.may_be_destroyed()) {
        log.flush();
        std::_Exit(exit_code.load());
    }
    return exit_code.load();
}

}  // namespace qr
