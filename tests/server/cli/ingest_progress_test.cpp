#include "server/cli/ingest_progress.h"

#include <gtest/gtest.h>

namespace qr::cli {
namespace {

TEST(IngestProgress, ShowsShareRateAndTheTimeLeft) {
    const IngestProgress progress{.end = 600,
                                  .size = 1000,
                                  .documents = 60,
                                  .begun_at = 200,
                                  .begun_with = 20,
                                  .elapsed = std::chrono::seconds(4)};
    EXPECT_EQ(progress_line(progress, 10), "[######....]   60 %  60 documents  10/s  4 s left");
    EXPECT_EQ(progress_line(progress, 0), "   60 %  60 documents  10/s  4 s left");
}

TEST(IngestProgress, PromisesNothingBeforeItHasBegunNorAtTheEnd) {
    EXPECT_EQ(progress_line({.end = 0, .size = 10}, 0), "    0 %  0 documents");
    EXPECT_EQ(progress_line(
                  {.end = 10, .size = 10, .documents = 5, .elapsed = std::chrono::seconds(1)}, 0),
              "  100 %  5 documents  5/s");
    EXPECT_EQ(progress_line({}, 0), "  100 %  0 documents");
}

}  // namespace
}  // namespace qr::cli
