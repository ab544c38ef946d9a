// health: is the server ready? For container checks, so it waits no longer than a probe would.
#include <CLI/CLI.hpp>
#include <memory>

#include "host/base/narrow.h"
#include "server/cli/commands.h"
#include "server/cli/http_client.h"
#include "server/cli/server_url.h"
#include "server/cli/settings_options.h"

namespace qr::cli {
namespace {

struct HealthOptions {
    explicit HealthOptions(CLI::App& command) : settings(command, {"hostname", "port"}) {}
    SettingsOptions settings;
    std::string url;
    std::uint32_t timeout_ms = 2000;
};

int run_health(const HealthOptions& options, Console& console) {
    const auto config = options.settings.load_or_report(console);
    if (!config) return kUsage;
    const std::string base = options.url.empty() ? local_url(*config) : options.url;
    const HttpCall call{.url = join_url(base, "/health/ready"),
                        .timeout = std::chrono::milliseconds(options.timeout_ms)};
    const Result<HttpAnswer> answer = exchange(call);
    if (!answer) return fail(console, kCheckFailed, answer.error().message);
    if (answer->status != 200) {
        return fail(console, kCheckFailed,
                    call.url + ' ' + failure_text(answer->status, answer->body));
    }
    console.out << "ready\n";
    return kGood;
}

}  // namespace

void add_health(CLI::App& app, Session& session) {
    CLI::App* command =
        app.add_subcommand("health", "Exit 0 when the server is ready, else 1; for health checks");
    const auto options = std::make_shared<HealthOptions>(*command);
    command->add_option("--url", options->url,
                        "Server to ask; default: hostname and port of the configuration");
    command->add_option("--timeout-ms", options->timeout_ms, "Longest wait for the answer, in ms")
        ->check(CLI::Range(1, 600'000))
        ->capture_default_str();
    command->callback(
        [options, &session] { session.exit_code = run_health(*options, session.console); });
}

}  // namespace qr::cli
