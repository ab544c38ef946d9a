#include "tests/support/object_file.h"

#include <array>
#include <cctype>
#include <cstdio>
#include <map>
#include <memory>
#include <regex>
#include <sstream>

namespace qr::test {
namespace {

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
    if (pipe == nullptr) return {};
    std::string output;
    std::array<char, 4096> chunk{};
    while (std::fgets(chunk.data(), static_cast<int>(chunk.size()), pipe.get()) != nullptr)
        output += chunk.data();
    return output;
}

// The instructions of one function.
struct Function {
    std::string name;
    std::vector<std::string> instructions;
    std::map<std::string, std::size_t> at;  // by address, as a jump names it
};

bool is_jump(const std::string& instruction) {
    return !instruction.empty() && instruction.front() == 'j';
}

void add_loops(const Function& function, std::vector<Loop>& loops) {
    std::size_t after_jump = 0;
    for (std::size_t i = 0; i < function.instructions.size(); ++i) {
        if (!is_jump(function.instructions[i])) continue;
        std::istringstream fields(function.instructions[i]);
        std::string jump;
        std::string target;
        fields >> jump >> target;
        const auto found = function.at.find(target);
        if (found != function.at.end() && found->second >= after_jump && found->second <= i) {
            const auto begin = function.instructions.begin();
            loops.push_back({function.name,
                             {begin + static_cast<std::ptrdiff_t>(found->second),
                              begin + static_cast<std::ptrdiff_t>(i)}});
        }
        after_jump = i + 1;
    }
}

}  // namespace

// nm prints the type of shared symbols in upper case; "v" and "w" are weak, and so shared as well.
std::vector<std::string> shared_symbols(const std::string& object) {
    std::istringstream lines(output_of(std::string(QR_NM) + " -C --defined-only '" + object + "'"));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream fields(line);
        std::string address;
        char type = 0;
        std::string name;
        fields >> address >> type;
        std::getline(fields >> std::ws, name);
        const bool is_shared = std::isupper(type) != 0 || type == 'v' || type == 'w';
        // AddressSanitizer adds a marker for each global that it guards.
        if (is_shared && name.rfind("__odr_asan", 0) != 0) names.push_back(name);
    }
    return names;
}

std::vector<Loop> innermost_loops(const std::string& object) {
    static const std::regex head("[0-9a-f]+ <(.*)>:");
    static const std::regex line_of("\\s+([0-9a-f]+):\\s+(.*)");
    std::istringstream lines(
        output_of(std::string(QR_OBJDUMP) + " -dC --no-show-raw-insn '" + object + "'"));
    std::vector<Loop> loops;
    Function function;
    for (std::string line; std::getline(lines, line);) {
        std::smatch parts;
        if (std::regex_match(line, parts, head)) {
            add_loops(function, loops);
            function = {parts[1], {}, {}};
        } else if (std::regex_match(line, parts, line_of)) {
            function.at[parts[1]] = function.instructions.size();
            function.instructions.push_back(parts[2]);
        }
    }
    add_loops(function, loops);
    return loops;
}

}  // namespace qr::test
