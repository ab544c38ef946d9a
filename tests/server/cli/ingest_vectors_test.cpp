#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ingest_files.h"
#include "server/cli/ingest_batches.h"

namespace qr::cli {
namespace {

using testing::HasSubstr;

nlohmann::json head_of(const IngestBatch& batch) {
    return nlohmann::json::parse(batch.body.substr(0, *batch.header_length)).at("documents");
}

TEST(IngestVectors, AreSentAsTensorsWithIdsOfRowNumbers) {
    const IngestFiles files;
    const std::string file = files.write("a.npy", IngestFiles::npy("(3, 2)", {1, 2, 3, 4, 5, 6}));
    auto batches = open_batches(file, {.documents = 2, .id_prefix = "d-", .begin = 0});
    ASSERT_TRUE(batches.ok()) << batches.error().message;
    EXPECT_EQ((*batches)->size(), 3U);
    const auto first = (*batches)->next();
    EXPECT_EQ(head_of(**first).dump(), R"({"dtype":"float32","ids":["d-0","d-1"],"shape":[2,2]})");
    EXPECT_EQ((*first)->body.size() - *(*first)->header_length, 16U);
    EXPECT_EQ((*first)->end, 2U);
    EXPECT_EQ(head_of(**(*batches)->next()).at("ids").dump(), R"(["d-2"])");
    EXPECT_FALSE((*batches)->next()->has_value());
}

TEST(IngestVectors, TakeTheirIdsFromAFileOfAsManyLines) {
    const IngestFiles files;
    const std::string file = files.write("a.npy", IngestFiles::npy("(2, 1)", {1, 2}));
    const std::string ids = files.write("ids.txt", "alpha\nbeta\n");
    auto batches = open_batches(file, {.ids_file = ids, .begin = 1});
    EXPECT_EQ(head_of(**(*batches)->next()).at("ids").dump(), R"(["beta"])");
    const std::string few = files.write("few.txt", "alpha\n");
    EXPECT_THAT(open_batches(file, {.ids_file = few}).error().message,
                HasSubstr("found 1 ids, allowed: 2, one a row"));
}

TEST(IngestVectors, NameTheFileThatIsNone) {
    const IngestFiles files;
    EXPECT_THAT(open_batches(files.write("a.npy", "no"), {}).error().message, HasSubstr("a.npy: "));
    EXPECT_THAT(open_batches(files.write("a.safetensors", "no"), {}).error().message,
                HasSubstr("a.safetensors"));
    EXPECT_EQ(open_batches("/nowhere/a.npy", {}).error().code, Code::not_found);
}

}  // namespace
}  // namespace qr::cli
