// The object files of the scan kernels share their constants alone, as host/backend/cpu's do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/object_file.h"

namespace qr::test {
namespace {

using testing::UnorderedElementsAre;

TEST(ScanKernelObjects, ShareTheirKernelsAlone) {
    EXPECT_THAT(shared_symbols(QR_SCAN_AVX2_OBJECT),
                UnorderedElementsAre("qr::cpu::kScanAvx2Float32", "qr::cpu::kScanAvx2Float16",
                                     "qr::cpu::kScanAvx2Bfloat16", "qr::cpu::kScanAvx2Int8"));
    EXPECT_THAT(shared_symbols(QR_SCAN_AVX512_OBJECT),
                UnorderedElementsAre("qr::cpu::kScanAvx512Float32", "qr::cpu::kScanAvx512Float16",
                                     "qr::cpu::kScanAvx512Bfloat16"));
    EXPECT_THAT(shared_symbols(QR_SCAN_AVX512_BF16_OBJECT),
                UnorderedElementsAre("qr::cpu::kScanAvx512Bf16"));
    EXPECT_THAT(shared_symbols(QR_SCAN_AVX512_VNNI_OBJECT),
                UnorderedElementsAre("qr::cpu::kScanAvx512Vnni"));
}

}  // namespace
}  // namespace qr::test
