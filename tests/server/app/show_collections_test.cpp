#include "server/app/show_collections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qr {
namespace {

using testing::HasSubstr;

CollectionInfo collection(CollectionState state, std::uint64_t documents, std::uint64_t missing) {
    CollectionInfo info;
    info.state = state;
    info.documents = documents;
    info.missing = missing;
    info.memory_bytes = 100;
    return info;
}

TEST(ShowCollections, AddsUpWhatAllCollectionsHold) {
    Metrics metrics({.version = "1", .routes = {}, .backends = {}});
    CollectionsFigures figures;
    figures.collections = {collection(CollectionState::ready, 5, 0),
                           collection(CollectionState::ready, 7, 2),
                           collection(CollectionState::unloaded, 0, 0)};
    figures.store = {.is_writable = false,
                     .why_not = "full",
                     .disk_bytes = 9,
                     .syncs = 3,
                     .commits = 4,
                     .damage = {}};
    show_collections(figures, metrics);
    const std::string text = metrics.serialize();
    for (const char* const line :
         {"qr_collections{state=\"ready\"} 2\n", "qr_collections{state=\"unloaded\"} 1\n",
          "qr_collections{state=\"failed\"} 0\n", "qr_collection_documents 12\n",
          "qr_collection_missing_documents 2\n", "qr_collection_memory_bytes 300\n",
          "qr_store_writable 0\n", "qr_store_bytes 9\n", "qr_store_syncs_total 3\n",
          "qr_store_commits_total 4\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

TEST(ShowCollections, CountsPasses) {
    Metrics metrics({.version = "1", .routes = {}, .backends = {}});
    const PassReport report{.jobs = 2,
                            .queries = 3,
                            .scans = 1,
                            .slots = 64,
                            .rescored = 10,
                            .retries = 1,
                            .searched = std::chrono::milliseconds(2)};
    show_pass(report, metrics);
    show_pass(report, metrics);
    const std::string text = metrics.serialize();
    for (const char* const line :
         {"qr_search_pass_queries_sum 6\n", "qr_search_pass_queries_count 2\n",
          "qr_search_rows_total 128\n", "qr_search_rescored_total 20\n",
          "qr_search_retries_total 2\n"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
}

}  // namespace
}  // namespace qr
