// The real server whose registry begins with a stand-in device: for tests of the whole of it under
// faults and under a known capacity. Never installed.
#include <string>
#include <vector>

#include "server/app/run_server.h"
#include "server/cli/command_line.h"
#include "tests/support/stand_in_backends.h"

int main(int argc, char** argv) {
    qr::cli::Console console = qr::cli::process_console();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto serve = [](const qr::config::Loaded& loaded, const qr::config::LoadConfig& load) {
        return qr::run_server(loaded, load, qr::test::stand_in_backends());
    };
    return qr::cli::run_command_line(arguments, console, serve);
}
