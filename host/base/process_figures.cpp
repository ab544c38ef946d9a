#include "host/base/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace qr {
namespace {

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

// Field 22 of /proc/self/stat, in clock ticks since boot; the name in field 2 may hold spaces.
double start_ticks() {
    std::ifstream file("/proc/self/stat");
    std::string line;
    std::getline(file, line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    constexpr int kFieldsBetween = 19;  // 3..21
    for (int i = 0; i < kFieldsBetween; ++i)
        fields >> field;
    double ticks = 0;
    fields >> ticks;
    return ticks;
}

double boot_seconds() {
    std::ifstream file("/proc/stat");
    std::string word;
    double seconds = 0;
    while (file >> word) {
        if (word == "btime" && file >> seconds) return seconds;
    }
    return 0;
}

double count_open_fds() {
    std::error_code fault;
    const std::filesystem::directory_iterator descriptors("/proc/self/fd", fault);
    if (fault) return 0;
    // One of them is the directory we are reading.
    return static_cast<double>(std::distance(begin(descriptors), end(descriptors)) - 1);
}

}  // namespace

ProcessFigures read_process_figures() {
    ProcessFigures figures;
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        figures.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
    std::ifstream memory("/proc/self/statm");
    double virtual_pages = 0;
    double resident_pages = 0;
    memory >> virtual_pages >> resident_pages;
    figures.virtual_bytes = virtual_pages * page;
    figures.resident_bytes = resident_pages * page;
    figures.start_seconds =
        boot_seconds() + start_ticks() / static_cast<double>(sysconf(_SC_CLK_TCK));
    figures.open_fds = count_open_fds();
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        figures.max_fds = static_cast<double>(files.rlim_cur);
    return figures;
}

}  // namespace qr
