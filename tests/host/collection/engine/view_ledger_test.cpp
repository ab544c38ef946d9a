#include "host/collection/engine/view_ledger.h"

#include <gtest/gtest.h>

#include <optional>

namespace qr {
namespace {

TEST(ViewLedger, KnowsWhichViewsLive) {
    const auto ledger = std::make_shared<ViewLedger>();
    EXPECT_EQ(0U, ledger->upcoming());
    std::optional<LiveView> first(std::in_place, ledger);
    const LiveView second(ledger);
    EXPECT_EQ(2U, ledger->upcoming());
    EXPECT_TRUE(ledger->lives_within(0, 1));
    EXPECT_FALSE(ledger->lives_within(1, 1));
    first.reset();
    EXPECT_FALSE(ledger->lives_within(0, 1));
    EXPECT_TRUE(ledger->lives_within(0, 2));
    EXPECT_FALSE(ledger->lives_within(2, 9));
}

}  // namespace
}  // namespace qr
