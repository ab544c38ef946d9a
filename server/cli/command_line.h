// The program's arguments: which command, and its exit code.
#pragma once

#include <string>
#include <vector>

#include "server/cli/commands.h"

namespace qr::cli {

// `arguments` without the program's name. Never throws.
int run_command_line(const std::vector<std::string>& arguments, Console& console,
                     const RunServer& run_server);

}  // namespace qr::cli
