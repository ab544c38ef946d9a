#include "server/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <limits>

namespace qr::cli {
namespace {

config::NamedValues process_environment() {
    config::NamedValues values;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        values.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    }
    return values;
}

// A file or a pipe has no width: what reads it gets lines whole.
std::size_t output_columns() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return std::numeric_limits<std::size_t>::max();
    return size.ws_col;
}

}  // namespace

Console process_console() {
    return {.in = std::cin,
            .out = std::cout,
            .err = std::cerr,
            .environment = process_environment(),
            .columns = output_columns(),
            .is_coloured = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr,
            .is_terminal = isatty(STDERR_FILENO) == 1};
}

int fail(Console& console, int code, std::string_view message) {
    console.err << "quantumrerank: " << message << '\n';
    return code;
}

int exit_code_of(Code code) {
    return code == Code::unavailable ? kBackendUnavailable : kCheckFailed;
}

}  // namespace qr::cli
