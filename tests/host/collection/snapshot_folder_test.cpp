#include "host/collection/snapshot_folder.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <fstream>

namespace qr {
namespace {

namespace fs = std::filesystem;

class SnapshotFolder : public ::testing::Test {
  protected:
    SnapshotFolder() { fs::create_directory(base_); }
    ~SnapshotFolder() override { fs::remove_all(base_); }
    const fs::path base_ =
        fs::path(::testing::TempDir()) / ("snapshot-folder-" + std::to_string(::getpid()));
    const fs::path folder_ = base_ / "s";
};

TEST_F(SnapshotFolder, AppearsWholeOrNotAtAll) {
    {
        Result<FolderWriter> writer = FolderWriter::begin(folder_);
        ASSERT_TRUE(writer.ok());
        EXPECT_TRUE(writer->write("a", "bytes").ok());
        EXPECT_FALSE(fs::exists(folder_));
    }
    EXPECT_TRUE(fs::is_empty(base_));
    Result<FolderWriter> writer = FolderWriter::begin(folder_);
    const Result<SnapshotFile> file = writer->write("a", "abc");
    EXPECT_EQ(file->sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_TRUE(writer->publish().ok());
    EXPECT_TRUE(verify(folder_, *file).ok());
    EXPECT_EQ(*read_whole(folder_ / "a", 3), "abc");
}

TEST_F(SnapshotFolder, IsNotWrittenOverAnother) {
    fs::create_directory(folder_);
    EXPECT_EQ(FolderWriter::begin(folder_).error().code, Code::conflict);
    EXPECT_EQ(FolderWriter::begin(base_ / "none" / "s").error().code, Code::unavailable);
}

TEST_F(SnapshotFolder, TakesThePlaceOfWhatACrashLeft) {
    fs::create_directory(base_ / ".s.draft");
    std::ofstream(base_ / ".s.draft" / "a") << "half";
    Result<FolderWriter> writer = FolderWriter::begin(folder_);
    ASSERT_TRUE(writer.ok());
    EXPECT_TRUE(writer->write("a", "whole").ok());
}

TEST_F(SnapshotFolder, IsWrittenByOneAtATime) {
    Result<FolderWriter> writer = FolderWriter::begin(folder_);
    ASSERT_TRUE(writer.ok());
    const Result<SnapshotFile> file = writer->write("a", "whole");
    EXPECT_EQ(FolderWriter::begin(folder_).error().message,
              "found another export that writes it, allowed: one at a time");
    EXPECT_TRUE(FolderWriter::begin(base_ / "s.draft").ok());
    EXPECT_TRUE(writer->publish().ok());
    EXPECT_TRUE(verify(folder_, *file).ok());
}

TEST_F(SnapshotFolder, IsVerifiedByteForByte) {
    Result<FolderWriter> writer = FolderWriter::begin(folder_);
    const SnapshotFile file = *writer->write("a", std::string(3'000'000, 'x'));
    ASSERT_TRUE(writer->publish().ok());
    {
        std::fstream out(folder_ / "a", std::ios::in | std::ios::out);
        out.seekp(2'500'000);
        out << 'y';
    }
    EXPECT_EQ(verify(folder_, file).error().code, Code::invalid);
    fs::resize_file(folder_ / "a", 2'999'999);
    EXPECT_EQ(verify(folder_, file).error().message, "a: found 2999999 bytes, allowed: 3000000");
    fs::remove(folder_ / "a");
    EXPECT_EQ(verify(folder_, file).error().code, Code::not_found);
}

TEST_F(SnapshotFolder, FilesAreReadUpToALimit) {
    std::ofstream(base_ / "a") << "abcd";
    EXPECT_TRUE(read_whole(base_ / "a", 4).ok());
    EXPECT_EQ(read_whole(base_ / "a", 3).error().code, Code::invalid);
    EXPECT_EQ(read_whole(base_ / "b", 3).error().code, Code::not_found);
}

}  // namespace
}  // namespace qr
