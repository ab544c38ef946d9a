#include "host/store/open_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "host/store/rewrap_keys.h"
#include "tests/host/store/store_files.h"

namespace qr {
namespace {

constexpr std::string_view kCanary = "a canary that is long enough to be one of its kind";

class OpenStore : public testing::Test {
  protected:
    std::filesystem::path key_file(char byte) {
        return test::write_key_file(folder_.path() / ("key_" + std::string(1, byte)),
                                    std::string(32, byte), 0600);
    }
    Result<std::unique_ptr<Store>> open(std::optional<char> key) {
        StoreOptions options{.folder = path_};
        if (key) options.key_file = key_file(*key);
        return open_store(options);
    }
    void fill(std::optional<char> key) {
        const auto store = open(key);
        ASSERT_TRUE(store);
        for (int row = 0; row < 20; ++row) {
            const std::string name = "c/" + std::to_string(row);
            ASSERT_TRUE((*store)->commit({{{Shelf::records, name, std::string(kCanary)},
                                           {Shelf::vectors, name, std::string(kCanary)}}}));
            if (row == 10) {
                ASSERT_TRUE((*store)->compact(Shelf::vectors, ""));
            }
        }
    }
    Result<std::size_t> rewrap(char from, char to, DataKey data_key = DataKey::keep) {
        return rewrap_keys(path_, key_file(from), key_file(to), data_key);
    }
    void expect_opens_with(char key) {
        const auto store = open(key);
        ASSERT_TRUE(store) << store.error().message;
        EXPECT_EQ(*(*store)->view()->get(Shelf::records, "c/7"), std::string(kCanary));
    }

    test::TemporaryFolder folder_;
    std::filesystem::path path_ = folder_.path() / "store";
};

TEST_F(OpenStore, WithoutAKeyFileKeepsValuesInTheClear) {
    fill(std::nullopt);
    EXPECT_THAT(test::files_with(path_, std::string(kCanary)), testing::Not(testing::IsEmpty()));
}

TEST_F(OpenStore, WithAKeyFileLeavesNoWordOfAValueInAnyFile) {
    fill('k');
    EXPECT_THAT(test::files_with(path_, std::string(kCanary)), testing::IsEmpty());
    EXPECT_THAT(test::files_with(path_, "a canary"), testing::IsEmpty());
    expect_opens_with('k');
}

TEST_F(OpenStore, WithAnotherKeyNamesFolderAndKeyFile) {
    fill('k');
    const auto opened = open('l');
    EXPECT_EQ(opened.error().code, Code::invalid);
    EXPECT_EQ(opened.error().message.find(path_.string() + " with key file "), 0U);
    EXPECT_NE(opened.error().message.find("the key does not open this store"), std::string::npos);
}

TEST_F(OpenStore, OfAnEncryptedStoreNeedsTheKeyFile) {
    fill('k');
    EXPECT_EQ(open(std::nullopt).error().message,
              path_.string() + ": the store is encrypted, found no key file");
}

TEST_F(OpenStore, OfAStoreInTheClearTakesNoKeyFile) {
    fill(std::nullopt);
    EXPECT_EQ(open('k').error().code, Code::invalid);
}

TEST_F(OpenStore, WithAKeyFileThatDoesNotReadMakesNothing) {
    const auto opened = open_store({.folder = path_, .key_file = folder_.path() / "none"});
    EXPECT_EQ(opened.error().code, Code::invalid);
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(OpenStore, AfterARewrapOpensWithTheNewKeyAlone) {
    fill('k');
    const auto done = rewrap('k', 'l');
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(*done, 1U);
    expect_opens_with('l');
    EXPECT_EQ(open('k').error().code, Code::invalid);
}

// What is left to do after one that broke off behind the new record.
TEST_F(OpenStore, ARewrapToTheKeyThatHoldsAlreadyGoesThroughOnceMore) {
    fill('k');
    ASSERT_TRUE(rewrap('k', 'l'));
    EXPECT_TRUE(rewrap('l', 'l'));
    expect_opens_with('l');
}

TEST_F(OpenStore, AfterARewrapWithANewDataKeyReadsOldAndNewValues) {
    fill('k');
    EXPECT_EQ(*rewrap('k', 'l', DataKey::begin_new), 2U);
    {
        const auto store = open('l');
        ASSERT_TRUE((*store)->commit({{{Shelf::records, "d", "new"}}}));
    }
    expect_opens_with('l');
    EXPECT_EQ(*(*open('l'))->view()->get(Shelf::records, "d"), "new");
}

TEST_F(OpenStore, ARewrapWithTheWrongKeyOrOfNoSuchStoreChangesNothing) {
    EXPECT_EQ(rewrap('k', 'l').error().message,
              path_.string() + ": found no store, allowed: the folder of an encrypted store");
    EXPECT_FALSE(std::filesystem::exists(path_));
    fill('k');
    EXPECT_EQ(rewrap('l', 'm').error().code, Code::invalid);
    expect_opens_with('k');
    const auto held = open('k');
    EXPECT_EQ(rewrap('k', 'l').error().code, Code::conflict);
}

// What another user's database writes, the server might not be able to.
TEST_F(OpenStore, ARewrapIsForTheUserWhoOwnsTheFolder) {
    fill('k');
    if (chown(path_.c_str(), geteuid() + 1, getegid()) != 0) {
        // Root alone can give a folder away; for others, one of root's does.
        path_ = "/etc";
        EXPECT_EQ(rewrap('k', 'l').error().found, "a folder of user 0");
        return;
    }
    const auto refused = rewrap('k', 'l');
    EXPECT_EQ(refused.error().code, Code::invalid);
    EXPECT_EQ(refused.error().found, "a folder of user " + std::to_string(geteuid() + 1));
    ASSERT_EQ(chown(path_.c_str(), geteuid(), getegid()), 0);
    EXPECT_TRUE(rewrap('k', 'l'));
}

}  // namespace
}  // namespace qr
