// The loops of the scan kernels keep every sum in a register. Not for presets with a sanitizer,
// whose checks take registers.
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "tests/support/object_file.h"

namespace qr::test {
namespace {

// A store of a vector register to the stack.
bool is_spill(const std::string& instruction) {
    static const std::regex spill("v\\S+\\s+%[xyz]mm[0-9]+,-?(0x)?[0-9a-f]*\\(%r[sb]p.*\\).*");
    return std::regex_match(instruction, spill);
}

void expect_sums_in_registers(const std::string& object) {
    std::size_t scans = 0;
    for (const Loop& loop : innermost_loops(object)) {
        if (loop.function.find("scan_run<") == std::string::npos) continue;
        ++scans;
        for (const std::string& instruction : loop.instructions)
            EXPECT_FALSE(is_spill(instruction)) << loop.function << ": " << instruction;
    }
    EXPECT_GE(scans, 12U) << object;
}

TEST(ScanKernelLoops, TellASpillFromOtherStores) {
    EXPECT_TRUE(is_spill("vmovaps %ymm11,-0x20(%rsp)"));
    EXPECT_TRUE(is_spill("vmovdqa64 %zmm3,(%rsp)"));
    EXPECT_FALSE(is_spill("vmovaps %ymm11,0x20(%rdi)"));
    EXPECT_FALSE(is_spill("vmovdqa -0x20(%rsp),%ymm3"));
}

TEST(ScanKernelLoops, KeepTheirSumsInRegisters) {
    expect_sums_in_registers(QR_SCAN_AVX2_OBJECT);
    expect_sums_in_registers(QR_SCAN_AVX512_OBJECT);
    expect_sums_in_registers(QR_SCAN_AVX512_BF16_OBJECT);
    expect_sums_in_registers(QR_SCAN_AVX512_VNNI_OBJECT);
}

}  // namespace
}  // namespace qr::test
