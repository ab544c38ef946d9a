#include "server/cli/ingest_state.h"

#include <gtest/gtest.h>

#include "ingest_files.h"

namespace qr::cli {
namespace {

TEST(IngestState, IsReadBackAndForgotten) {
    const IngestFiles files;
    const std::string note = files.path("a.ingest");
    EXPECT_EQ(read_place(note, 10)->end, 0U);
    ASSERT_TRUE(write_place(note, {.size = 10, .end = 7, .documents = 3}).ok());
    const auto place = read_place(note, 10);
    EXPECT_EQ(place->end, 7U);
    EXPECT_EQ(place->documents, 3U);
    EXPECT_EQ(read_place(note, 11).error().code, Code::conflict);
    remove_place(note);
    EXPECT_EQ(read_place(note, 11)->end, 0U);
}

TEST(IngestState, RefusesWhatIsNoNote) {
    const IngestFiles files;
    EXPECT_EQ(read_place(files.write("a", "[1]"), 1).error().code, Code::invalid);
    EXPECT_EQ(
        read_place(files.write("b", "{\"size\":-1,\"end\":0,\"documents\":0}"), 1).error().code,
        Code::invalid);
    EXPECT_FALSE(write_place("/nowhere/note", {}).ok());
}

TEST(IngestState, CountsABatchOnceAllBeforeItAreAcknowledged) {
    AcknowledgedBatches batches({.size = 100, .end = 10, .documents = 1});
    EXPECT_FALSE(batches.acknowledge(1, 30, 5));
    EXPECT_FALSE(batches.acknowledge(2, 40, 5));
    EXPECT_EQ(batches.place().end, 10U);
    EXPECT_TRUE(batches.acknowledge(0, 20, 5));
    EXPECT_EQ(batches.place().end, 40U);
    EXPECT_EQ(batches.place().documents, 16U);
}

}  // namespace
}  // namespace qr::cli
