// Searches, fetches and listings while others write, tidy, unload and export.
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>

#include "tests/support/collections.h"

namespace qr {
namespace {

using test::document;
using test::Rows;
using test::valued;

constexpr std::size_t kIds = 300;
constexpr int kWrites = 300;

// Document i always has the vector (i + 1, 0, 0, 0).
std::vector<float> vector_of(std::size_t i) {
    return {static_cast<float>(i + 1), 0, 0, 0};
}

void write(Collection& collection, unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < kWrites; ++round) {
        std::vector<Document> documents;
        Rows rows(4);
        std::vector<std::string> unwanted;
        for (int i = 0; i < 8; ++i) {
            const std::size_t which = random() % kIds;
            documents.push_back(document(std::to_string(which), {.tags = {"t"}}));
            if (random() % 4 == 0)
                documents.back().fields.expires_at =
                    test::wall_seconds + static_cast<double>(random() % 3);
            rows.add(vector_of(which));
            unwanted.push_back(std::to_string(random() % kIds));
        }
        valued(collection.upsert(documents, rows.view()));
        if (round % 2 == 0) valued(collection.remove(unwanted));
        if (round % 16 == 0) test::wall_seconds = test::wall_seconds + 1;
    }
}

void search(const Collection& collection, const std::atomic<bool>& is_over) {
    const std::vector<float> query = {1, 0, 0, 0};
    while (!is_over) {
        Filter filter;
        filter.all_tags = {"t"};
        for (const auto& found : test::search(collection, query, 50, filter))
            ASSERT_EQ(found.score, std::stod(found.id) + 1);
    }
}

void fetch(const Collection& collection, const std::atomic<bool>& is_over) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < kIds; i += 7)
        ids.push_back(std::to_string(i));
    while (!is_over) {
        for (const FetchedDocument& found : valued(collection.fetch(ids, WithVector::yes)))
            ASSERT_EQ(found.vector, vector_of(std::stoul(found.document.id)));
        valued(collection.list(5, 20, WithVector::no));
        static_cast<void>(collection.find(ids).ok());
        static_cast<void>(collection.info());
    }
}

class CollectionThreads : public ::testing::TestWithParam<std::string> {};

TEST_P(CollectionThreads, NeverSeeHalfOfAWrite) {
    test::StandInStore store;
    test::CatalogBench bench(store, GetParam());
    const auto collection = valued(bench->create("c", test::settings_of(4)));
    std::atomic<bool> is_over = false;
    std::thread searcher([&] { search(*collection, is_over); });
    std::thread fetcher([&] { fetch(*collection, is_over); });
    std::thread tidier([&] {
        while (!is_over)
            test::expect_done(collection->tidy());
    });
    std::thread other_writer([&] { write(*collection, 2); });
    write(*collection, 1);
    other_writer.join();
    is_over = true;
    for (std::thread* thread : {&searcher, &fetcher, &tidier})
        thread->join();
    const std::uint64_t documents = collection->info().documents;
    bench.reopen();
    EXPECT_EQ(bench.ready("c")->info().documents, documents);
    EXPECT_EQ(bench.ready("c")->info().missing, 0U);
}

TEST_P(CollectionThreads, MayUnloadLoadAndDropUnderSearches) {
    test::StandInStore store;
    test::CatalogBench bench(store, GetParam());
    const auto collection = valued(bench->create("c", test::settings_of(4)));
    Rows rows(4);
    std::vector<Document> documents;
    for (std::size_t i = 0; i < kIds; ++i) {
        documents.push_back(document(std::to_string(i)));
        rows.add(vector_of(i));
    }
    valued(collection->upsert(documents, rows.view()));
    std::atomic<bool> is_over = false;
    std::thread searcher([&] {
        const std::vector<float> query = {1, 0, 0, 0};
        while (!is_over) {
            const Result<SearchGround> ground = collection->ground({});
            if (!ground) continue;
            const auto found = test::found_on(*collection, *ground, query, 9);
            ASSERT_EQ(found.size(), 9U);
            ASSERT_EQ(found[0].id, "299");
        }
    });
    for (int i = 0; i < 50; ++i) {
        test::expect_done(bench->unload("c"));
        test::expect_done(bench->load("c"));
    }
    test::expect_done(bench->drop("c"));
    is_over = true;
    searcher.join();
}

INSTANTIATE_TEST_SUITE_P(Engines, CollectionThreads, ::testing::Values("reference", "cpu"),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace qr
