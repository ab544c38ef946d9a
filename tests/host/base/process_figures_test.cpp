#include "host/base/process_figures.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace qr {
namespace {

TEST(ProcessFigures, AreThoseOfARunningProcess) {
    const ProcessFigures figures = read_process_figures();
    EXPECT_GT(figures.resident_bytes, 100e3);
    EXPECT_GE(figures.virtual_bytes, figures.resident_bytes);
    EXPECT_GE(figures.cpu_seconds, 0);
    EXPECT_GT(figures.start_seconds, 1e9) << "seconds since 1970, not since boot";
    EXPECT_GE(figures.max_fds, figures.open_fds);
}

TEST(ProcessFigures, CountOpenDescriptors) {
    const double before = read_process_figures().open_fds;
    const int descriptor = dup(STDOUT_FILENO);
    ASSERT_GE(descriptor, 0);
    EXPECT_EQ(before + 1, read_process_figures().open_fds);
    close(descriptor);
}

}  // namespace
}  // namespace qr
