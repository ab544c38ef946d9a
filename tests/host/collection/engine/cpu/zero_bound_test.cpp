// The engine with a bound of zero in place of scan_bound.cpp, which this program defines itself
// before the library is searched: without the bound answers are wrong, so the tests that they are
// right do depend on it.
#include <gtest/gtest.h>

#include "host/collection/engine/cpu/scan_bound.h"
#include "tests/host/collection/engine/cpu/near_rows.h"

namespace qr::cpu {

void BlockBound::include(double, const PackedRow&) {}
QueryBound::QueryBound(const ScanKernel&, std::size_t, const PackedQuery&) {}
double QueryBound::delta(const BlockBound&) const {
    return 0;
}

namespace {

TEST(ZeroBound, GivesWrongAnswers) {
    CpuEngine engine({.threads = 1});
    const NearRows near = near_rows(engine, 500);
    EXPECT_GT(wrong_answers(near, 1), 0U);
}

}  // namespace
}  // namespace qr::cpu
