#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/store/open_store.h"
#include "host/store/secret_key.h"
#include "tests/host/store/store_files.h"
#include "tests/server/cli/test_console.h"

namespace qr::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class KeysCommand : public testing::Test {
  protected:
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    std::string key(char byte) const {
        return test::write_key_file(path(std::string("key_") + byte), std::string(32, byte), 0600);
    }
    Result<std::unique_ptr<Store>> open(std::optional<std::string> key_file) const {
        StoreOptions options{.folder = data_};
        if (key_file) options.key_file = *key_file;
        return open_store(options);
    }
    void fill(std::optional<std::string> key_file) const {
        const auto store = open(std::move(key_file));
        ASSERT_TRUE(store) << store.error().message;
        ASSERT_TRUE((*store)->commit({{{Shelf::records, "c/1", "a value"}}}));
    }
    Outcome rewrap(const std::string& from, const std::string& to,
                   std::vector<std::string> more = {}) const {
        std::vector<std::string> arguments{"keys",
                                           "rewrap",
                                           "--data-dir",
                                           data_,
                                           "--encryption-key-file",
                                           from,
                                           "--new-encryption-key-file",
                                           to};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }

    test::TemporaryFolder folder_;
    const std::string data_ = path("data");
};

TEST_F(KeysCommand, NewWritesAKeyThatTheServerReadsForItsOwnerAlone) {
    const Outcome outcome = run({"keys", "new", path("key")});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_THAT(outcome.out, StartsWith(path("key") + ": a new key, for its owner alone."));
    struct stat status {};
    ASSERT_EQ(0, stat(path("key").c_str(), &status));
    EXPECT_EQ(0600U, status.st_mode & 07777U);
    EXPECT_TRUE(read_key_file(path("key")).ok());
}

TEST_F(KeysCommand, NewLeavesAFileThatIsThere) {
    const std::string file = key('k');
    const Outcome outcome = run({"keys", "new", file});
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: key file " + file +
                  ": found something that is there already, allowed: a new file; a store whose "
                  "key is overwritten cannot be read again\n",
              outcome.err);
    EXPECT_EQ(std::string(32, 'k'), test::bytes_of(file));
    EXPECT_EQ(2, run({"keys", "new", path("nowhere/key")}).exit_code);
    EXPECT_EQ(2, run({"keys", "new"}).exit_code);
}

TEST_F(KeysCommand, RewrapMakesTheNewKeyTheOnlyOneThatOpens) {
    fill(key('k'));
    const Outcome outcome = rewrap(key('k'), key('l'));
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_EQ(data_ + ": 1 data key wrapped by the key in " + path("key_l") +
                  "; no document was encrypted again\nencryption_key_file must name " +
                  path("key_l") + " when the server starts again\n",
              outcome.out);
    EXPECT_FALSE(open(key('k')).ok());
    EXPECT_EQ("a value", *(*open(key('l')))->view()->get(Shelf::records, "c/1"));
}

TEST_F(KeysCommand, RewrapBeginsANewDataKeyWhereAskedTo) {
    fill(key('k'));
    const Outcome outcome = rewrap(key('k'), key('l'), {"--new-data-key"});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_THAT(outcome.out, HasSubstr(": 2 data keys wrapped by the key in "));
    EXPECT_THAT(outcome.out, HasSubstr("from now on is encrypted with the newest of them\n"));
}

TEST_F(KeysCommand, RewrapTakesFolderAndPresentKeyAsTheServerDoes) {
    fill(key('k'));
    const TestConsole console{
        .environment = {{"QR_DATA_DIR", data_}, {"QR_ENCRYPTION_KEY_FILE", key('k')}}};
    const Outcome outcome = console.run({"keys", "rewrap", "--new-encryption-key-file", key('l')});
    EXPECT_EQ(0, outcome.exit_code) << outcome.err;
    EXPECT_TRUE(open(key('l')).ok());
}

TEST_F(KeysCommand, RewrapNeedsAllThree) {
    EXPECT_EQ("quantumrerank: data_dir: found nothing, allowed: the folder of an encrypted store\n",
              run({"keys", "rewrap", "--new-encryption-key-file", key('l')}).err);
    const Outcome keyless =
        run({"keys", "rewrap", "--data-dir", data_, "--new-encryption-key-file", key('l')});
    EXPECT_EQ(2, keyless.exit_code);
    EXPECT_EQ(
        "quantumrerank: encryption_key_file: found nothing, allowed: the present key of the "
        "store\n",
        keyless.err);
    EXPECT_EQ(2, run({"keys", "rewrap", "--data-dir", data_}).exit_code);
    EXPECT_EQ(2, run({"keys"}).exit_code);
}

TEST_F(KeysCommand, RewrapWithTheWrongKeyNamesFolderAndFile) {
    fill(key('k'));
    const Outcome outcome = rewrap(key('l'), key('m'));
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_THAT(outcome.err, StartsWith("quantumrerank: " + data_ + " with key file " +
                                        path("key_l") + ": the key does not open this store"));
    EXPECT_TRUE(open(key('k')).ok());
}

TEST_F(KeysCommand, RewrapTellsAStoreInTheClearFromNone) {
    const Outcome none = rewrap(key('k'), key('l'));
    EXPECT_EQ(2, none.exit_code);
    EXPECT_EQ(
        "quantumrerank: " + data_ + ": found no store, allowed: the folder of an encrypted store\n",
        none.err);
    EXPECT_FALSE(std::filesystem::exists(data_));
    fill(std::nullopt);
    const Outcome clear = rewrap(key('k'), key('l'));
    EXPECT_EQ(2, clear.exit_code);
    EXPECT_EQ("quantumrerank: " + data_ +
                  ": found a store that is not encrypted, allowed: an encrypted one\n",
              clear.err);
}

TEST_F(KeysCommand, RewrapOfAStoreThatIsOpenIsRefused) {
    fill(key('k'));
    const auto held = open(key('k'));
    const Outcome outcome = rewrap(key('k'), key('l'));
    EXPECT_EQ(2, outcome.exit_code);
    EXPECT_EQ("quantumrerank: " + data_ + ": another process has this store open\n", outcome.err);
}

TEST_F(KeysCommand, RewrapNamesAKeyFileThatDoesNotRead) {
    fill(key('k'));
    const Outcome missing = rewrap(path("none"), key('l'));
    EXPECT_EQ(2, missing.exit_code);
    EXPECT_THAT(missing.err, HasSubstr("key file " + path("none") + ": found No such file"));
    const std::string shared = test::write_key_file(path("shared"), std::string(32, 's'), 0644);
    const Outcome open_to_all = rewrap(key('k'), shared);
    EXPECT_EQ(2, open_to_all.exit_code);
    EXPECT_THAT(open_to_all.err, HasSubstr("key file " + shared + ": found mode 0644"));
    EXPECT_TRUE(open(key('k')).ok());
}

}  // namespace
}  // namespace qr::cli
