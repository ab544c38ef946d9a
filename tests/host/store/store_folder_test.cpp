#include "host/store/store_folder.h"

#include <gtest/gtest.h>

#include "tests/host/store/store_files.h"

namespace qr {
namespace {

TEST(StoreFolder, IsMadeAndRemembersItsFormat) {
    const test::TemporaryFolder folder;
    const auto path = folder.path() / "new" / "store";
    {
        auto taken = StoreFolder::take(path);
        ASSERT_TRUE(taken);
        EXPECT_FALSE(taken->has_format());
        ASSERT_TRUE(taken->write_format());
    }
    EXPECT_TRUE(StoreFolder::take(path)->has_format());
    EXPECT_EQ(test::bytes_of(path / "FORMAT"), "quantumrerank store 1\n");
}

TEST(StoreFolder, IsLeftOutWhereItsFilesAreNamed) {
    EXPECT_EQ(named_from("/srv/a", "/srv/a/db/1.log and /srv/a/LOCK"), "db/1.log and LOCK");
    EXPECT_EQ(named_from("/srv/a/", "/srv/a/db/1.log, /srv/ab"), "db/1.log, /srv/ab");
    EXPECT_EQ(named_from("", "/db"), "/db");
}

TEST(StoreFolder, IsTakenOnceAtATimeAndNamed) {
    const test::TemporaryFolder folder;
    {
        const auto taken = StoreFolder::take(folder.path());
        ASSERT_TRUE(taken);
        const auto second = StoreFolder::take(folder.path());
        EXPECT_EQ(second.error().code, Code::conflict);
        EXPECT_EQ(second.error().message,
                  folder.path().string() + ": another process has this store open");
    }
    EXPECT_TRUE(StoreFolder::take(folder.path()));
}

TEST(StoreFolder, OfALaterFormatIsRefusedNamingBothVersions) {
    const test::TemporaryFolder folder;
    ASSERT_TRUE(write_durably(folder.path() / "FORMAT", "quantumrerank store 2\n"));
    const auto taken = StoreFolder::take(folder.path());
    EXPECT_EQ(taken.error().code, Code::internal);
    EXPECT_EQ(taken.error().found, "version 2");
    EXPECT_EQ(taken.error().allowed, "version 1");
    EXPECT_NE(taken.error().message.find("found version 2"), std::string::npos);
}

TEST(StoreFolder, OfAnUnreadableFormatIsRefused) {
    const test::TemporaryFolder folder;
    ASSERT_TRUE(write_durably(folder.path() / "FORMAT", "something else\n"));
    EXPECT_EQ(StoreFolder::take(folder.path()).error().found, "'something else'");
}

TEST(StoreFolder, ThatCannotBeMadeIsNamed) {
    const test::TemporaryFolder folder;
    ASSERT_TRUE(write_durably(folder.path() / "file", ""));
    const auto taken = StoreFolder::take(folder.path() / "file" / "store");
    EXPECT_EQ(taken.error().code, Code::unavailable);
    EXPECT_NE(taken.error().message.find("file/store: cannot make the folder"), std::string::npos);
}

}  // namespace
}  // namespace qr
