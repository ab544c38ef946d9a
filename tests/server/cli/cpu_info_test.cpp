#include "server/cli/cpu_info.h"

#include <gtest/gtest.h>

namespace qr::cli {
namespace {

TEST(CpuInfo, NamesTheProcessorAndCountsUsableCores) {
    EXPECT_FALSE(cpu_model().empty());
    EXPECT_GE(usable_cores(), 1U);
}

}  // namespace
}  // namespace qr::cli
