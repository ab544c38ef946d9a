#include <gtest/gtest.h>

#include "ingest_files.h"
#include "server/cli/ingest_batches.h"

namespace qr::cli {
namespace {

TEST(IngestLines, AreSentAsTheyAreInBatchesThatEndAtPlaces) {
    const IngestFiles files;
    const std::string file = files.write("a.jsonl", "{\"id\":1}\n\n{\"id\":2}\r\n{\"id\":3}");
    auto batches = open_batches(file, {.documents = 2});
    ASSERT_TRUE(batches.ok()) << batches.error().message;
    const auto first = (*batches)->next();
    EXPECT_EQ((*first)->body, "{\"id\":1}\n{\"id\":2}\r\n");
    EXPECT_EQ((*first)->content_type, "application/x-ndjson");
    EXPECT_EQ((*first)->documents, 2U);
    const auto second = (*batches)->next();
    EXPECT_EQ((*second)->end, (*batches)->size());
    EXPECT_FALSE((*batches)->next()->has_value());

    auto resumed = open_batches(file, {.documents = 2, .begin = (*first)->end});
    EXPECT_EQ((*(*resumed)->next())->body, "{\"id\":3}\n");
}

TEST(IngestLines, OfBeirBecomeDocuments) {
    const IngestFiles files;
    const std::string file =
        files.write("corpus.jsonl",
                    "{\"_id\": \"4983\", \"title\": \"On\", \"text\": \"it\", "
                    "\"metadata\": {}}\n{\"_id\": \"5\", \"text\": \"bare\"}\n");
    auto batches = open_batches(file, {});
    EXPECT_EQ((*(*batches)->next())->body,
              "{\"id\":\"4983\",\"text\":\"On it\"}\n{\"id\":\"5\",\"text\":\"bare\"}\n");
}

TEST(IngestLines, NameTheFileThatIsNotThere) {
    const auto batches = open_batches("/nowhere/a.jsonl", {});
    EXPECT_EQ(batches.error().code, Code::not_found);
    EXPECT_EQ(open_batches("a.txt", {}).error().code, Code::invalid);
}

}  // namespace
}  // namespace qr::cli
