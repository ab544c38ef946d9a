#include "server/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

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

std::size_t terminal_columns() {
    constexpr std::size_t kColumnsUsual = 80;
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumnsUsual;
    return size.ws_col;
}

}  // namespace

Console process_console() {
    return {.in = std::cin,
            .out = std::cout,
            .err = std::cerr,
            .environment = process_environment(),
            .columns = terminal_columns(),
            .is_coloured = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr};
}

int fail(Console& console, int code, std::string_view message) {
    console.err << "quantumrerank: " << message << '\n';
    return code;
}

int exit_code_of(Code code) {
    switch (code) {
        case Code::unavailable:
        case Code::out_of_memory:
            return kBackendUnavailable;
        case Code::internal:
            return kCheckFailed;
        default:
            return kUsage;
    }
}

}  // namespace qr::cli
