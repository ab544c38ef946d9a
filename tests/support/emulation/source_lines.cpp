#include "tests/support/emulation/source_lines.h"

#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>

extern "C" const char __executable_start;  // the linker's

namespace qr::emulation {
namespace {

bool is_of_a_kernel(const std::string& line) {
    return line.find("/emulated/") == std::string::npos && !line.starts_with("/usr/") &&
           !line.starts_with("?");
}

std::string find_source_line(const void* caller) {
    const auto offset = reinterpret_cast<std::uintptr_t>(caller) -
                        reinterpret_cast<std::uintptr_t>(&__executable_start) - 1;
    std::array<char, 4096> program{};
    if (readlink("/proc/self/exe", program.data(), program.size() - 1) < 0) return "unknown line";
    std::array<char, 8192> command{};
    std::snprintf(command.data(), command.size(), "addr2line -i -e '%s' 0x%zx", program.data(),
                  static_cast<std::size_t>(offset));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> lines(popen(command.data(), "r"), pclose);
    std::array<char, 4096> line{};
    while (lines != nullptr && std::fgets(line.data(), line.size(), lines.get()) != nullptr) {
        std::string text = line.data();
        text = text.substr(0, text.find_first_of(" \n"));  // a discriminator may follow
        if (is_of_a_kernel(text)) return text;
    }
    return "unknown line";
}

}  // namespace

std::string source_line(const void* caller) {
    static std::map<const void*, std::string>& known = *new std::map<const void*, std::string>;
    const auto [line, is_new] = known.try_emplace(caller);
    if (is_new) line->second = find_source_line(caller);
    return line->second;
}

}  // namespace qr::emulation
