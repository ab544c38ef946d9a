#include <string>
#include <vector>

#include "server/app/run_server.h"
#include "server/cli/command_line.h"

int main(int argc, char** argv) {
    qr::cli::Console console = qr::cli::process_console();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return qr::cli::run_command_line(arguments, console, &qr::run_server);
}
