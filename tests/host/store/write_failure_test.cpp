#include "host/store/write_failure.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

using rocksdb::Status;
constexpr auto kFlush = rocksdb::BackgroundErrorReason::kFlush;

Status with(const Status& status, Status::Severity severity) {
    return Status(status, severity);
}

TEST(WriteFailure, NamesItsFirstCauseUntilItIsCleared) {
    WriteFailure failure;
    EXPECT_EQ(failure.why(), "");
    failure.set(Status::NoSpace("the log"));
    failure.set(Status::IOError("what followed"));
    EXPECT_EQ(failure.why(), "the disk is full: IO error: No space left on device: the log");
    EXPECT_EQ(failure.error().code, Code::unavailable);
    EXPECT_EQ(failure.error().message, "the store is read-only: " + failure.why());
    failure.clear();
    EXPECT_EQ(failure.why(), "");
}

TEST(WriteFailure, NamesFilesFromTheStoresFolder) {
    WriteFailure failure("/srv/data");
    failure.set(Status::NoSpace("While appending to file: /srv/data/db/000012.log"));
    EXPECT_EQ(failure.why(),
              "the disk is full: IO error: No space left on device: While appending to file: "
              "db/000012.log");
}

TEST(WriteFailure, ForGoodIsNotCleared) {
    WriteFailure failure;
    failure.set_for_good("damage");
    failure.clear();
    EXPECT_EQ(failure.why(), "damage");
    EXPECT_TRUE(failure.is_for_good());
}

TEST(WriteFailure, ThatADatabaseHoldsForFatalCanBeRecoveredFrom) {
    WriteFailure failure;
    Status status = with(Status::IOError("sync"), Status::kFatalError);
    failure.OnBackgroundError(kFlush, &status);
    EXPECT_EQ(status.severity(), Status::kHardError);
    EXPECT_EQ(failure.why(), "writing failed: IO error: sync");
}

TEST(WriteFailure, ACompactionWithoutSpaceStopsNothing) {
    WriteFailure failure;
    Status status = with(Status::NoSpace("a file"), Status::kSoftError);
    failure.OnBackgroundError(rocksdb::BackgroundErrorReason::kCompaction, &status);
    EXPECT_EQ(failure.why(), "");
}

TEST(WriteFailure, DamageIsKeptOnceEachAndStopsNothing) {
    WriteFailure failure;
    for (int turn = 0; turn < 3; ++turn) {
        Status status = with(Status::Corruption("a block"), Status::kUnrecoverableError);
        failure.OnBackgroundError(rocksdb::BackgroundErrorReason::kCompaction, &status);
        EXPECT_EQ(status.severity(), Status::kSoftError);
    }
    EXPECT_EQ(failure.why(), "");
    ASSERT_EQ(failure.damage().size(), 1U);
    EXPECT_EQ(failure.damage()[0].what, "found by a compaction: Corruption: a block");
}

TEST(WriteFailure, NothingResumesByItself) {
    WriteFailure failure;
    bool is_automatic = true;
    failure.OnErrorRecoveryBegin(kFlush, Status::NoSpace("a file"), &is_automatic);
    EXPECT_FALSE(is_automatic);
}

}  // namespace
}  // namespace qr
