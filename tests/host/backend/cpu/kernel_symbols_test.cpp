// The object files compiled for one instruction set define their table and nothing else that the
// linker could hand to other code: a shared inline function compiled for AVX-512 would kill the
// process on an older machine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/object_file.h"

namespace {

using qr::test::shared_symbols;

TEST(KernelSymbols, TheAvx2FileSharesItsTableAlone) {
    EXPECT_THAT(shared_symbols(QR_AVX2_OBJECT), testing::ElementsAre("qr::cpu::kAvx2Kernels"));
}

TEST(KernelSymbols, TheAvx512FileSharesItsTableAlone) {
    EXPECT_THAT(shared_symbols(QR_AVX512_OBJECT), testing::ElementsAre("qr::cpu::kAvx512Kernels"));
}

}  // namespace
