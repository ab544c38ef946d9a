#include "host/base/check.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(CheckDeathTest, NamesTheConditionAndThePlace) {
    const int found = 3;
    QR_CHECK(found == 3);
    EXPECT_DEATH(QR_CHECK(found == 4),
                 "quantumrerank: bug: .*check_test.cpp:[0-9]+: check failed: found == 4");
}

}  // namespace
}  // namespace qr
