#include "host/collection/snapshot_drafts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "host/collection/snapshot_folder.h"
#include "tests/support/temporary_folder.h"

namespace qr {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class SnapshotDrafts : public testing::Test {
  protected:
    // As an export that was killed left it.
    void leave(const std::string& name, const std::string& file = "vectors-00000.safetensors") {
        fs::create_directory(draft(name));
        std::ofstream(draft(name) / file) << "half";
        std::ofstream(base_ / ('.' + name + ".lock"));
    }
    fs::path draft(const std::string& name) const { return base_ / ('.' + name + ".draft"); }
    std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(base_))
            names.push_back(entry.path().filename().string());
        return names;
    }

    test::TemporaryFolder folder_;
    const fs::path base_ = folder_.path();
};

TEST_F(SnapshotDrafts, OfExportsThatWereKilledAreRemovedWithTheirLocks) {
    leave("nightly");
    leave("a.b-C_9");
    std::ofstream(base_ / ".late.lock");  // of one killed behind its last step
    const DraftSweep sweep = remove_stale_drafts(base_);
    EXPECT_THAT(sweep.removed, ElementsAre("a.b-C_9", "nightly"));
    EXPECT_THAT(sweep.kept, IsEmpty());
    EXPECT_THAT(names(), IsEmpty());
}

TEST_F(SnapshotDrafts, ThatAreBeingWrittenAreKeptWhoeverWritesThem) {
    Result<FolderWriter> writer = FolderWriter::begin(base_ / "nightly");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->write("vectors-00000.safetensors", "half").ok());
    const DraftSweep sweep = remove_stale_drafts(base_);
    EXPECT_THAT(sweep.removed, IsEmpty());
    EXPECT_THAT(
        sweep.kept,
        ElementsAre("nightly: found another export that writes it, allowed: one at a time"));
    EXPECT_TRUE(writer->publish().ok());
    EXPECT_TRUE(fs::exists(base_ / "nightly" / "vectors-00000.safetensors"));
}

TEST_F(SnapshotDrafts, ThatAnotherProcessWritesAreKeptUntilItEnds) {
    leave("nightly");
    int held[2];
    int over[2];
    ASSERT_EQ(pipe(held) + pipe(over), 0);
    const pid_t child = fork();
    if (child == 0) {
        const Result<DraftLock> lock = DraftLock::take(base_ / "nightly");
        char byte = lock.ok() ? 'y' : 'n';
        const bool is_told = write(held[1], &byte, 1) == 1 && read(over[0], &byte, 1) == 1;
        _exit(is_told ? 0 : 1);  // without a destructor, as when killed
    }
    char byte = 'n';
    ASSERT_EQ(read(held[0], &byte, 1), 1);
    ASSERT_EQ(byte, 'y');
    EXPECT_EQ(remove_stale_drafts(base_).kept.size(), 1U);
    EXPECT_TRUE(fs::exists(draft("nightly")));
    ASSERT_EQ(write(over[1], &byte, 1), 1);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_THAT(remove_stale_drafts(base_).removed, ElementsAre("nightly"));
    for (const int end : {held[0], held[1], over[0], over[1]})
        close(end);
}

TEST_F(SnapshotDrafts, NothingElseIsTouched) {
    leave("strange", "notes.txt");
    fs::create_directories(base_ / "nightly.draft");
    fs::create_directories(base_ / ".draft");
    fs::create_directories(base_ / "..hidden.draft");
    fs::create_directories(base_ / ".a b.draft");
    std::ofstream(base_ / ".file.draft");
    std::ofstream(base_ / ".full.lock") << "somebody else's";
    fs::create_directory_symlink("/", base_ / ".link.draft");
    const std::size_t before = names().size() - 1;  // but the lock of the strange one
    const DraftSweep sweep = remove_stale_drafts(base_);
    EXPECT_THAT(sweep.removed, IsEmpty());
    EXPECT_THAT(sweep.kept, ElementsAre("strange: holds notes.txt, which no export writes"));
    EXPECT_TRUE(fs::exists(draft("strange") / "notes.txt"));
    EXPECT_EQ(names().size(), before);
    EXPECT_THAT(remove_stale_drafts(base_ / "nowhere").kept, IsEmpty());
}

TEST(SnapshotName, IsPlainAndBeginsWithNoDot) {
    EXPECT_TRUE(is_snapshot_name("Nightly_2-x.draft"));
    EXPECT_TRUE(is_snapshot_name(std::string(128, 'a')));
    for (const std::string& name : {std::string(), std::string(".a"), std::string("a/b"),
                                    std::string("a b"), std::string(129, 'a')})
        EXPECT_FALSE(is_snapshot_name(name)) << name;
}

}  // namespace
}  // namespace qr
