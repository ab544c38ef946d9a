// What an object file defines and what its loops do, by nm and objdump.
#pragma once

#include <string>
#include <vector>

namespace qr::test {

// Names of the symbols that other object files can see.
std::vector<std::string> shared_symbols(const std::string& object);

// A loop without a branch inside, as the innermost ones are.
struct Loop {
    std::string function;
    std::vector<std::string> instructions;
};
std::vector<Loop> innermost_loops(const std::string& object);

}  // namespace qr::test
