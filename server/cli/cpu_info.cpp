#include "server/cli/cpu_info.h"

#include <sched.h>

#include <fstream>
#include <thread>

#include "host/base/narrow.h"

namespace qr::cli {

std::string cpu_model() {
    constexpr std::string_view kKey = "model name";
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with(kKey) && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown";
}

std::size_t usable_cores() {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (sched_getaffinity(0, sizeof(cores), &cores) != 0)
        return std::thread::hardware_concurrency();
    return narrow<std::size_t>(CPU_COUNT(&cores));
}

}  // namespace qr::cli
