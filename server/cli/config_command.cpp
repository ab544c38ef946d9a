// config print | check | docs | metrics: the settings as they are in effect, whether they hold,
// what they mean; and the page that lists the metrics.
#include <CLI/CLI.hpp>
#include <memory>

#include "host/base/metrics_docs.h"
#include "server/cli/commands.h"
#include "server/cli/settings_options.h"
#include "server/config/print_config.h"

namespace qr::cli {
namespace {

void add_print(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand(
        "print", "Print what is in effect as TOML, each value with its origin, secrets masked");
    const auto options = std::make_shared<SettingsOptions>(*command);
    command->callback([options, &session] {
        const config::Loaded loaded = options->load(session.console);
        if (report(loaded, session.console)) {
            session.console.out << config::print_config(loaded);
        } else {
            session.exit_code = kUsage;
        }
    });
}

void add_check(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("check", "Check the settings without starting anything");
    const auto options = std::make_shared<SettingsOptions>(*command);
    command->callback([options, &session] {
        if (options->load_or_report(session.console)) {
            session.console.out << "configuration is valid\n";
        } else {
            session.exit_code = kUsage;
        }
    });
}

}  // namespace

void add_config(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("config", "Print, check or document the settings");
    command->require_subcommand(1);
    add_print(*command, session);
    add_check(*command, session);
    command->add_subcommand("docs", "Print the page that documents every setting, in Markdown")
        ->callback([&session] { session.console.out << config::print_docs(); });
    command->add_subcommand("metrics", "Print the page that documents every metric, in Markdown")
        ->callback([&session] { session.console.out << print_metrics_docs(); });
}

}  // namespace qr::cli
