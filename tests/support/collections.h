// Collections on a store that a test holds: a catalog that is opened, closed and opened again, and
// a calendar that moves when a test moves it.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/collection/catalog.h"
#include "host/collection/engine/collection_engines.h"
#include "tests/support/stand_in_store.h"

namespace qr::test {

inline std::atomic<double> wall_seconds{1'000'000'000};
inline double wall_now() {
    return wall_seconds;
}

inline Document document(std::string id, DocumentFields fields = {}) {
    return {.id = std::move(id), .fields = std::move(fields)};
}

// A query of two numbers.
inline constexpr std::array<float, 2> kAcross = {1, 0};

// Rows side by side, kept alive.
class Rows {
  public:
    Rows(std::initializer_list<std::initializer_list<float>> rows) {
        for (const auto& row : rows)
            add({row.begin(), row.end()});
    }
    explicit Rows(std::size_t dimension) : dimension_(dimension) {}

    void add(const std::vector<float>& row) {
        dimension_ = row.size();
        numbers_.insert(numbers_.end(), row.begin(), row.end());
    }
    MatrixView view() const { return {numbers_.data(), numbers_.size() / dimension_, dimension_}; }

  private:
    std::size_t dimension_ = 1;
    std::vector<float> numbers_;
};

inline CollectionSettings settings_of(std::size_t dimension, Dtype storage = Dtype::float32) {
    return {.layout = {.dimension = dimension, .storage = storage, .scan = {}},
            .ttl_seconds = {},
            .encoder = {}};
}

template <typename T>
T valued(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << result.error().message;
        std::abort();
    }
    return *std::move(result);
}
inline void expect_done(const Result<void>& result) {
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
}
template <typename T>
Error refused(const Result<T>& result) {
    EXPECT_FALSE(result.ok());
    return result.ok() ? Error{} : result.error();
}

// The catalog tidies when a test says so alone.
class CatalogBench {
  public:
    explicit CatalogBench(Store& store, std::string_view engine = "reference",
                          CatalogLimits limits = {})
        : store_(store), engine_(valued(make_collection_engine(engine, {.threads = 1}))) {
        limits_ = limits;
        limits_.tidy_every = std::chrono::hours(24);
        wall_seconds = 1'000'000'000;
        reopen();
    }

    void reopen() {
        catalog_.reset();
        catalog_ = valued(Catalog::open(store_, *engine_, limits_, {wall_now}));
    }
    Catalog& operator*() { return *catalog_; }
    Catalog* operator->() { return catalog_.get(); }

    // Loaded.
    std::shared_ptr<Collection> ready(std::string_view name) {
        expect_done(catalog_->load(name));
        return valued(catalog_->find(name));
    }
    CollectionEngine& engine() { return *engine_; }

  private:
    Store& store_;
    const std::unique_ptr<CollectionEngine> engine_;
    CatalogLimits limits_;
    std::unique_ptr<Catalog> catalog_;
};

struct Found {
    std::string id;
    double score = 0;
    friend bool operator==(const Found&, const Found&) = default;
};
inline void PrintTo(const Found& found, std::ostream* out) {
    *out << found.id << ':' << found.score;
}

inline std::vector<Found> found_on(const Collection& collection, const SearchGround& ground,
                                   std::span<const float> query, std::size_t k,
                                   scoring::Method method = scoring::Method::dot) {
    const SearchQuery asked{.vector = query, .k = k, .method = method, .mask = ground.mask.get()};
    const std::vector<SearchResult> results = valued(ground.view->search(std::span(&asked, 1)));
    const std::vector<std::string> ids = collection.ids(ground, results[0].hits);
    std::vector<Found> found;
    for (std::size_t i = 0; i < ids.size(); ++i)
        found.push_back({ids[i], results[0].hits[i].score});
    return found;
}

inline std::vector<Found> search(const Collection& collection, std::span<const float> query,
                                 std::size_t k, const Filter& filter = {}) {
    return found_on(collection, valued(collection.ground(filter)), query, k);
}

}  // namespace qr::test
