#include <string>
#include <vector>

#include "host/backend/backends.h"
#include "server/app/run_server.h"
#include "server/cli/command_line.h"

int main(int argc, char** argv) {
    qr::cli::Console console = qr::cli::process_console();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto serve = [](const qr::config::Loaded& loaded, const qr::config::LoadConfig& load) {
        return qr::run_server(loaded, load, qr::backends());
    };
    return qr::cli::run_command_line(arguments, console, serve);
}
