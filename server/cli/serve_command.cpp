// serve: settings in, the server's exit code out.
#include <CLI/CLI.hpp>
#include <memory>

#include "server/cli/commands.h"
#include "server/cli/settings_options.h"

namespace qr::cli {

void add_serve(CLI::App& app, Session& session) {
    CLI::App* command = app.add_subcommand("serve", "Serve over HTTP until SIGTERM");
    const auto options = std::make_shared<SettingsOptions>(*command);
    command->callback([options, &session] {
        const config::LoadConfig load = [options, &session] {
            return options->load(session.console);
        };
        const config::Loaded loaded = load();
        session.exit_code =
            report(loaded, session.console) ? session.run_server(loaded, load) : kUsage;
    });
}

}  // namespace qr::cli
