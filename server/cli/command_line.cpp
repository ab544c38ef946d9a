#include "server/cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>

#include "host/base/version.h"

namespace qr::cli {
namespace {

std::string version_text() {
    return "quantumrerank " + std::string(version()) + " (commit " + std::string(commit()) + ", " +
           std::string(compiler()) + ", " + std::string(build_type()) + ")";
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments, Console& console,
                     const RunServer& run_server) {
    Session session{.console = console, .run_server = run_server};
    CLI::App app("Re-scores retrieved candidates by quantum-state fidelity.", "quantumrerank");
    try {
        app.set_version_flag("--version", version_text());
        app.require_subcommand(1);
        add_serve(app, session);
        add_rerank(app, session);
        add_doctor(app, session);
        add_health(app, session);
        add_ingest(app, session);
        add_plan(app, session);
        add_keys(app, session);
        add_config(app, session);
        // CLI11 takes them last to first.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::Success& answered) {  // --help, --version
        app.exit(answered, console.out, console.err);
    } catch (const CLI::ParseError& mistake) {
        return fail(console, kUsage, std::string(mistake.what()) + "; see --help");
    } catch (const std::exception& bug) {
        return fail(console, kCheckFailed, std::string("unexpected: ") + bug.what());
    }
    return session.exit_code;
}

}  // namespace qr::cli
