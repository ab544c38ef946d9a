// The real server whose registry begins with a stand-in device: for tests of the whole of it under
// faults and under a known capacity. Never installed.
//
// "auto" is the stand-in by its name here, so that it gets every batch; with STAND_IN_ROUTED set it
// is what it is in the product, and the stand-in shares its batches with the CPU.
#include <cstdlib>
#include <string>
#include <vector>

#include "server/app/run_server.h"
#include "server/cli/command_line.h"
#include "tests/support/stand_in_backends.h"

namespace {

qr::config::Loaded with_stand_in(qr::config::Loaded loaded) {
    if (loaded.config.backend == "auto" && std::getenv("STAND_IN_ROUTED") == nullptr)
        loaded.config.backend = qr::test::kStandInName;
    return loaded;
}

}  // namespace

int main(int argc, char** argv) {
    qr::cli::Console console = qr::cli::process_console();
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto serve = [](const qr::config::Loaded& loaded, const qr::config::LoadConfig& load) {
        return qr::run_server(
            with_stand_in(loaded), [&load] { return with_stand_in(load()); },
            qr::test::stand_in_backends());
    };
    return qr::cli::run_command_line(arguments, console, serve);
}
