// Thousands of random steps, each against a model that is nothing but a map.
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "host/store/open_store.h"
#include "tests/support/collections.h"

namespace qr {
namespace {

using test::Found;

constexpr std::size_t kDimension = 5;
constexpr std::size_t kIds = 400;

struct Entry {
    std::uint64_t number = 0;
    std::vector<float> vector;  // small integers: every product and sum is exact
    DocumentFields fields;
};
using Model = std::map<std::string, Entry>;

struct Run {
    std::string engine;
    Dtype storage = Dtype::float32;
    unsigned seed = 0;
    std::string store = "stand_in";
};

// A folder that is gone afterwards.
class Folder {
  public:
    Folder() { std::filesystem::remove_all(path_); }
    ~Folder() { std::filesystem::remove_all(path_); }
    const std::filesystem::path& path() const { return path_; }

  private:
    const std::filesystem::path path_ = std::filesystem::path(::testing::TempDir()) /
                                        ("collection-model-" + std::to_string(::getpid()));
};

std::unique_ptr<Store> make_store(const std::string& kind, const std::filesystem::path& folder) {
    if (kind == "stand_in") return std::make_unique<test::StandInStore>();
    return test::valued(open_store({.folder = folder / "store", .sync = StoreSync::never}));
}

class CollectionModel : public ::testing::TestWithParam<Run> {
  protected:
    CollectionModel()
        : random_(GetParam().seed),
          store_(make_store(GetParam().store, folder_.path())),
          bench_(*store_, GetParam().engine),
          collection_(test::valued(bench_->create("c", settings()))) {}

    static CollectionSettings settings() {
        CollectionSettings settings = test::settings_of(kDimension, GetParam().storage);
        settings.ttl_seconds = 5000;
        return settings;
    }
    std::size_t below(std::size_t count) { return random_() % count; }
    double now() const { return test::wall_seconds; }
    std::string random_id() { return "id-" + std::to_string(below(kIds)); }

    std::vector<float> random_vector() {
        std::vector<float> vector(kDimension);
        for (float& x : vector)
            x = static_cast<float>(static_cast<int>(below(7)) - 3);
        vector[0] += 5;  // never the zero vector
        return vector;
    }

    DocumentFields random_fields() {
        DocumentFields fields;
        for (const char* tag : {"red", "green", "blue"}) {
            if (below(3) == 0) fields.tags.emplace_back(tag);
        }
        if (below(2) == 0) fields.numbers["price"] = static_cast<double>(below(50));
        if (below(4) == 0) fields.numbers["year"] = 1990.0 + static_cast<double>(below(40));
        if (below(3) == 0) fields.text = "text " + std::to_string(below(1000));
        if (below(4) == 0) fields.expires_at = now() + static_cast<double>(below(3000));
        return fields;
    }

    Filter random_filter() {
        Filter filter;
        if (below(3) == 0) filter.all_tags = {"red"};
        if (below(4) == 0) filter.any_tags = {"green", "blue"};
        if (below(4) == 0) filter.no_tags = {"blue"};
        if (below(3) == 0)
            filter.numbers["price"] = {.lowest = 10, .highest = 30, .is_lowest_exclusive = true};
        return filter;
    }

    static bool has(const Entry& entry, const std::string& tag) {
        return std::ranges::find(entry.fields.tags, tag) != entry.fields.tags.end();
    }
    static bool passes(const Filter& filter, const Entry& entry) {
        const auto carries = [&](const std::string& tag) { return has(entry, tag); };
        if (!std::ranges::all_of(filter.all_tags, carries)) return false;
        if (!filter.any_tags.empty() && std::ranges::none_of(filter.any_tags, carries))
            return false;
        if (std::ranges::any_of(filter.no_tags, carries)) return false;
        for (const auto& [name, range] : filter.numbers) {
            const auto found = entry.fields.numbers.find(name);
            if (found == entry.fields.numbers.end()) return false;
            if (found->second <= *range.lowest || found->second > *range.highest) return false;
        }
        return true;
    }

    void forget_expired() {
        std::erase_if(model_, [&](const auto& item) {
            return item.second.fields.expires_at.value_or(1e18) <= now();
        });
    }

    void upsert() {
        std::vector<Document> documents;
        test::Rows rows(kDimension);
        UpsertReport expected;
        for (std::size_t i = 0; i <= below(20); ++i) {
            documents.push_back(test::document(random_id(), random_fields()));
            const std::vector<float> vector = random_vector();
            rows.add(vector);
            Entry entry{
                .number = next_number_, .vector = vector, .fields = documents.back().fields};
            if (!entry.fields.expires_at) entry.fields.expires_at = now() + 5000;
            const auto known = model_.find(documents.back().id);
            if (known == model_.end()) {
                ++next_number_;
                ++expected.inserted;
            } else {
                entry.number = known->second.number;
                ++expected.updated;
            }
            model_[documents.back().id] = entry;
        }
        const UpsertReport report = test::valued(collection_->upsert(documents, rows.view()));
        EXPECT_EQ(report.inserted, expected.inserted);
        EXPECT_EQ(report.updated, expected.updated);
        forget_expired();  // those that came with a time that is now
    }

    void remove() {
        std::vector<std::string> ids;
        std::size_t deleted = 0;
        for (std::size_t i = 0; i <= below(15); ++i) {
            ids.push_back(random_id());
            deleted += model_.erase(ids.back());
        }
        const DeleteReport report = test::valued(collection_->remove(ids));
        EXPECT_EQ(report.deleted, deleted);
        EXPECT_EQ(report.not_found, ids.size() - deleted);
    }

    void remove_where() {
        const Filter filter = random_filter();
        if (filter.is_empty() || below(4) != 0) return;
        const std::size_t deleted =
            std::erase_if(model_, [&](const auto& item) { return passes(filter, item.second); });
        EXPECT_EQ(test::valued(collection_->remove_where(filter)).deleted, deleted);
    }

    void search() {
        const Filter filter = below(2) == 0 ? Filter{} : random_filter();
        const std::vector<float> query = random_vector();
        const std::size_t k = 1 + below(40);
        std::vector<std::pair<double, std::uint64_t>> order;
        std::map<std::uint64_t, std::string> ids;
        for (const auto& [id, entry] : model_) {
            if (!passes(filter, entry)) continue;
            double score = 0;
            for (std::size_t i = 0; i < kDimension; ++i)
                score += static_cast<double>(query[i]) * static_cast<double>(entry.vector[i]);
            order.emplace_back(-score, entry.number);
            ids[entry.number] = id;
        }
        std::ranges::sort(order);
        std::vector<Found> expected;
        for (std::size_t i = 0; i < std::min(k, order.size()); ++i)
            expected.push_back({ids[order[i].second], -order[i].first});
        EXPECT_EQ(test::search(*collection_, query, k, filter), expected);
    }

    void expect_same(const FetchedDocument& found, const std::string& id) {
        const Entry& entry = model_.at(id);
        EXPECT_EQ(found.document.id, id);
        EXPECT_EQ(found.number, entry.number);
        EXPECT_EQ(found.document.fields.text, entry.fields.text);
        EXPECT_EQ(found.document.fields.tags, entry.fields.tags);
        EXPECT_EQ(found.document.fields.numbers, entry.fields.numbers);
        EXPECT_EQ(found.document.fields.expires_at, entry.fields.expires_at);
        EXPECT_EQ(found.vector, entry.vector);
    }

    void fetch() {
        std::vector<std::string> asked;
        std::vector<std::string> known;
        for (std::size_t i = 0; i < 10; ++i) {
            asked.push_back(random_id());
            if (model_.contains(asked.back())) known.push_back(asked.back());
        }
        const auto found = test::valued(collection_->fetch(asked, WithVector::yes));
        ASSERT_EQ(found.size(), known.size());
        for (std::size_t i = 0; i < found.size(); ++i)
            expect_same(found[i], known[i]);
    }

    void list() {
        std::map<std::uint64_t, std::string> by_number;
        for (const auto& [id, entry] : model_)
            by_number[entry.number] = id;
        std::optional<std::uint64_t> after;
        std::size_t seen = 0;
        while (true) {
            const auto page = test::valued(collection_->list(after, 37, WithVector::yes));
            for (const FetchedDocument& found : page)
                expect_same(found, by_number.at(found.number));
            seen += page.size();
            if (page.size() < 37) break;
            EXPECT_TRUE(!after || page.front().number > *after);
            after = page.back().number;
        }
        EXPECT_EQ(seen, model_.size());
    }

    void move_to_a_snapshot() {
        const std::filesystem::path folder = folder_.path() / "snapshot";
        std::filesystem::create_directories(folder_.path());
        test::expect_done(bench_->export_to("c", folder));
        test::expect_done(bench_->drop("c"));
        collection_ = test::valued(bench_->import_from("c", folder));
        std::filesystem::remove_all(folder);
    }

    void step() {
        const std::size_t kind = below(100);
        if (kind < 35) return upsert();
        if (kind < 45) return remove();
        if (kind < 50) return remove_where();
        if (kind < 75) return search();
        if (kind < 85) return fetch();
        if (kind < 87) return list();
        if (kind < 92) {
            test::wall_seconds = now() + static_cast<double>(below(400));
            return forget_expired();
        }
        if (kind < 96) return test::expect_done(collection_->tidy());
        if (kind < 98) {
            test::expect_done(bench_->unload("c"));
            EXPECT_EQ(collection_->info().state, CollectionState::unloaded);
            collection_ = bench_.ready("c");
            return;
        }
        if (kind < 99) {
            bench_.reopen();
            collection_ = bench_.ready("c");
            return;
        }
        move_to_a_snapshot();
    }

    std::mt19937 random_;
    Folder folder_;
    std::unique_ptr<Store> store_;
    test::CatalogBench bench_;
    std::shared_ptr<Collection> collection_;
    Model model_;
    std::uint64_t next_number_ = 0;
};

TEST_P(CollectionModel, AgreesWithAMapOverRandomSteps) {
    for (int i = 0; i < 3000 && !HasFailure(); ++i) {
        SCOPED_TRACE("seed " + std::to_string(GetParam().seed) + " step " + std::to_string(i));
        step();
        const CollectionInfo info = collection_->info();
        EXPECT_EQ(info.documents, model_.size());
        EXPECT_EQ(info.missing, 0U);
    }
    list();
}

INSTANTIATE_TEST_SUITE_P(Engines, CollectionModel,
                         ::testing::Values(Run{"reference", Dtype::float32, 1},
                                           Run{"reference", Dtype::bfloat16, 2},
                                           Run{"cpu", Dtype::float32, 3},
                                           Run{"cpu", Dtype::float16, 4},
                                           Run{"cpu", Dtype::float32, 5, "rocksdb"}),
                         [](const auto& run) {
                             return run.param.engine + "_" + run.param.store + "_" +
                                    std::string(qr::info(run.param.storage).name);
                         });

}  // namespace
}  // namespace qr
