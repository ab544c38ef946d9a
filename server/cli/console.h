// What a command may know of the process it runs in, so that a test can be that process.
#pragma once

#include <cstddef>
#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/load_config.h"

namespace qr::cli {

// Exit codes, the same for every command.
inline constexpr int kGood = 0;
inline constexpr int kCheckFailed = 1;
inline constexpr int kUsage = 2;  // or configuration
inline constexpr int kBackendUnavailable = 3;

struct Console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    config::NamedValues environment;
    std::size_t columns = 80;  // of a line of output
    bool is_coloured = false;
    bool is_terminal = false;  // the error stream
};

// The real one: standard streams, the environment, colour only on a terminal and without NO_COLOR.
Console process_console();

// "quantumrerank: <message>" on the console's error stream; returns `code`.
int fail(Console& console, int code, std::string_view message);

// For a request that was read but not answered: the backend cannot run here, or it was refused.
int exit_code_of(Code code);

}  // namespace qr::cli
