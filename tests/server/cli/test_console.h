// A console a test can read, and the command line run on it.
#pragma once

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "server/cli/command_line.h"

namespace qr::cli {

struct Outcome {
    int exit_code = 0;
    std::string out;
    std::string err;
};

struct TestConsole {
    std::string input;
    config::NamedValues environment;
    RunServer run_server = [](const config::Loaded&, const config::LoadConfig&) { return -1; };

    Outcome run(const std::vector<std::string>& arguments) const {
        std::istringstream in(input);
        std::ostringstream out;
        std::ostringstream err;
        Console console{.in = in, .out = out, .err = err, .environment = environment};
        const int exit_code = run_command_line(arguments, console, run_server);
        return {exit_code, out.str(), err.str()};
    }
};

inline Outcome run(const std::vector<std::string>& arguments) {
    return TestConsole().run(arguments);
}

}  // namespace qr::cli
