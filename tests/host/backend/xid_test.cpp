#include "host/backend/xid.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

TEST(Xid, OfAProgramsOwnDoingIsNotCritical) {
    for (const unsigned xid : {13U, 31U, 43U, 45U, 68U, 109U}) {
        EXPECT_EQ(XidKind::of_program, meaning_of_xid(xid).kind) << xid;
        EXPECT_FALSE(is_critical_xid(xid)) << xid;
    }
}

TEST(Xid, AfterWhichTheDeviceMustBeResetIsCritical) {
    for (const unsigned xid : {48U, 62U, 64U, 74U, 95U, 119U, 120U, 140U}) {
        EXPECT_EQ(XidKind::needs_reset, meaning_of_xid(xid).kind) << xid;
        EXPECT_TRUE(is_critical_xid(xid)) << xid;
    }
    EXPECT_EQ(XidKind::gone, meaning_of_xid(79).kind);
    EXPECT_TRUE(is_critical_xid(79));
}

TEST(Xid, ThatTheDeviceHasDealtWithIsNotCritical) {
    for (const unsigned xid : {63U, 92U, 94U}) {
        EXPECT_EQ(XidKind::noted, meaning_of_xid(xid).kind) << xid;
        EXPECT_FALSE(is_critical_xid(xid)) << xid;
    }
}

TEST(Xid, ThatIsNotListedIsShownByItsNumberAndNotTakenForCritical) {
    EXPECT_EQ(777U, meaning_of_xid(777).xid);
    EXPECT_EQ(XidKind::unlisted, meaning_of_xid(777).kind);
    EXPECT_FALSE(is_critical_xid(777));
    EXPECT_FALSE(meaning_of_xid(777).words.empty());
}

}  // namespace
}  // namespace qr
