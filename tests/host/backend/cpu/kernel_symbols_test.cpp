// The object files compiled for one instruction set define their table and nothing else that the
// linker could hand to other code: a shared inline function compiled for AVX-512 would kill the
// process on an older machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

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

// Names of the symbols that other object files can see: nm prints their type in upper case. "v" and
// "w" are weak, and so shared as well.
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

TEST(KernelSymbols, TheAvx2FileSharesItsTableAlone) {
    EXPECT_THAT(shared_symbols(QR_AVX2_OBJECT), testing::ElementsAre("qr::cpu::kAvx2Kernels"));
}

TEST(KernelSymbols, TheAvx512FileSharesItsTableAlone) {
    EXPECT_THAT(shared_symbols(QR_AVX512_OBJECT), testing::ElementsAre("qr::cpu::kAvx512Kernels"));
}

}  // namespace
