// qr_load: an HTTP load tool that measures from the intended send time. `qr_load --help` says how.
//
//   closed loop: a fixed number of clients, each waiting for its answer before it asks again. Finds
//                capacity, but slows down with the server and so hides what users would feel.
//   open loop:   a fixed rate, constant or Poisson, whatever the server does. Shows overload.
//
// One thread and one epoll: on a machine of few cores the tool must leave the rest to the server,
// and it says when it was itself the bottleneck. It speaks HTTP/1.1, plain or over TLS, and knows
// no chunked answers.
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <optional>

#include "perf/load/driver.h"
#include "perf/load/options.h"
#include "perf/load/report.h"
#include "perf/load/summary.h"

namespace {

constexpr int kUsage = 2;
constexpr int kCannotRun = 3;

int complain(const qr::Error& error, int exit_code) {
    std::cerr << "qr_load: " << error.message << '\n';
    return exit_code;
}

// With a line of progress where somebody sees it.
qr::Result<qr::load::RunFigures> run(const qr::load::Options& options) {
    std::optional<qr::load::Progress> progress;
    if (!options.is_quiet && ::isatty(STDERR_FILENO) != 0)
        progress.emplace(STDERR_FILENO, options.plan.length());
    return run_load(options.plan, progress ? &*progress : nullptr);
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
    const auto figures = run(*options);
    if (!figures.ok()) return complain(figures.error(), kCannotRun);
    if (!options->is_quiet) std::cerr << print_summary(options->plan, *figures);
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
