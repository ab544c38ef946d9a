// qr_load: an HTTP load tool that measures from the intended send time. `qr_load --help` says how.
//
//   closed loop: a fixed number of clients, each waiting for its answer before it asks again. Finds
//                capacity, but slows down with the server and so hides what users would feel.
//   open loop:   a fixed rate, constant or Poisson, whatever the server does. Shows overload.
//
// One thread and one epoll: on a machine of few cores the tool must leave the rest to the server,
// and it says when it was itself the bottleneck. It knows no TLS and no chunked answers.
#include <fstream>
#include <iostream>

#include "perf/load/driver.h"
#include "perf/load/options.h"
#include "perf/load/report.h"

namespace {

constexpr int kUsage = 2;
constexpr int kCannotRun = 3;

int complain(const qr::Error& error, int exit_code) {
    std::cerr << "qr_load: " << error.message << '\n';
    return exit_code;
}

}  // namespace

int main(int count, char** arguments) {
    using namespace qr::load;
    const auto options = parse_options({arguments, static_cast<std::size_t>(count)});
    if (!options.ok()) return complain(options.error(), kUsage);
    if (options->is_help) {
        std::cout << options->help_text;
        return 0;
    }
    const auto figures = run_load(options->plan);
    if (!figures.ok()) return complain(figures.error(), kCannotRun);
    const std::string report = print_report(options->plan, *figures);
    if (options->output.empty()) {
        std::cout << report << std::flush;
        return 0;
    }
    std::ofstream file(options->output);
    file << report << std::flush;
    if (file.good()) return 0;
    return complain({.message = "--output: '" + options->output + "' cannot be written"}, kUsage);
}
