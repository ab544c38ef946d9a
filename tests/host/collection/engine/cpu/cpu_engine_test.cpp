#include "host/collection/engine/cpu/cpu_engine.h"

#include <gtest/gtest.h>

#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {
namespace {

TEST(CpuEngine, ScansSixteenBitsOfFloat32AndOtherRowsAsTheyAre) {
    EXPECT_EQ(Dtype::float16, scan_choice(Dtype::float16));
    EXPECT_EQ(Dtype::bfloat16, scan_choice(Dtype::bfloat16));
    EXPECT_EQ(2U, info(scan_choice(Dtype::float32)).width);
}

TEST(CpuEngine, SaysWhatItRunsOn) {
    const CpuEngine engine({.threads = 2, .memory_max = 12'345});
    const EngineCapabilities found = engine.capabilities();
    EXPECT_EQ("cpu", found.device);
    EXPECT_EQ(2U, found.threads);
    EXPECT_EQ(12'345U, found.memory_max);
    EXPECT_NE(std::string::npos, found.instruction_set.find(", scan "));
}

// The bytes of a row: what is scanned, what is stored where that is another type, and 18 more.
TEST(CpuEngine, ReckonsTheBytesOfARow) {
    CpuEngine engine({.threads = 1});
    const auto bytes = [&](Dtype storage, Dtype scan) {
        return (*engine.make_table({.dimension = 768, .storage = storage, .scan = scan}))
            ->memory()
            .bytes_per_row;
    };
    EXPECT_EQ(768U * 4 + 18, bytes(Dtype::float32, Dtype::float32));
    EXPECT_EQ(768U * 4 + 18, bytes(Dtype::float16, Dtype::float32));
    EXPECT_EQ(768U * (2 + 4) + 18, bytes(Dtype::float32, Dtype::float16));
    EXPECT_EQ(768U * 2 + 18, bytes(Dtype::bfloat16, Dtype::bfloat16));
    EXPECT_EQ(768U * (1 + 2) + 18, bytes(Dtype::float16, Dtype::int8));
}

}  // namespace
}  // namespace qr::cpu
