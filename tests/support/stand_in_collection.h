// A stand-in for a collection and its view: answers every query with one hit whose score is the
// query's first component, notes what was asked, and can hold searches back.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "host/collection/collection.h"

namespace qr::test {

class StandInCollection final : public Collection {
  public:
    // Searches that are under way or to come wait until open().
    void shut() { set_shut(true); }
    void open() { set_shut(false); }
    // Returns when so many searches have begun.
    void await_searches(std::size_t count) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return sizes_.size() >= count; });
    }
    std::vector<std::size_t> search_sizes() const {
        const std::lock_guard lock(mutex_);
        return sizes_;
    }
    std::size_t grounds() const {
        const std::lock_guard lock(mutex_);
        return grounds_;
    }

    // As if something had been written: grounds from now on have another view.
    void write() {
        const std::lock_guard lock(mutex_);
        view_ = std::make_shared<View>(*this);
    }
    void fail_grounds(Error error) { ground_failure_ = std::move(error); }
    void fail_searches(Error error) { search_failure_ = std::move(error); }
    void miss(std::uint64_t documents) { missing_ = documents; }

    Result<SearchGround> ground(const Filter& filter) const override {
        const std::lock_guard lock(mutex_);
        ++grounds_;
        if (ground_failure_ && !filter.is_empty()) return *ground_failure_;
        return SearchGround{view_, std::make_shared<RowMask>(1, 1), missing_};
    }

    CollectionInfo info() const override { return {}; }
    Result<UpsertReport> upsert(std::span<const Document>, const MatrixView&) override {
        return unsupported();
    }
    Result<DeleteReport> remove(std::span<const std::string>) override { return unsupported(); }
    Result<DeleteReport> remove_where(const Filter&) override { return unsupported(); }
    Result<std::vector<FetchedDocument>> fetch(std::span<const std::string>,
                                               WithVector) const override {
        return unsupported();
    }
    Result<std::vector<FetchedDocument>> list(std::optional<std::uint64_t>, std::size_t,
                                              WithVector) const override {
        return unsupported();
    }
    Result<NamedRows> find(std::span<const std::string>) const override { return unsupported(); }
    std::vector<std::string> ids(const SearchGround&, std::span<const Hit> hits) const override {
        return std::vector<std::string>(hits.size(), "only");
    }
    Result<void> tidy() override { return {}; }

  private:
    class View final : public TableView {
      public:
        explicit View(const StandInCollection& collection) : collection_(collection) {}
        std::size_t slots() const override { return 1; }
        Result<std::vector<SearchResult>> search(
            std::span<const SearchQuery> queries) const override {
            return collection_.search(queries);
        }
        Result<TaskScores> score(MatrixView, std::span<const Slot>,
                                 scoring::Method) const override {
            return unsupported();
        }
        Result<void> read(Slot, std::span<float>) const override { return unsupported(); }

      private:
        const StandInCollection& collection_;
    };

    static Error unsupported() {
        return {.code = Code::internal,
                .message = "the stand-in cannot do that",
                .pointer = {},
                .found = {},
                .allowed = {}};
    }

    void set_shut(bool is_shut) {
        {
            const std::lock_guard lock(mutex_);
            is_shut_ = is_shut;
        }
        changed_.notify_all();
    }

    Result<std::vector<SearchResult>> search(std::span<const SearchQuery> queries) const {
        std::unique_lock lock(mutex_);
        sizes_.push_back(queries.size());
        changed_.notify_all();
        changed_.wait(lock, [&] { return !is_shut_; });
        if (search_failure_) return *search_failure_;
        std::vector<SearchResult> results(queries.size());
        for (std::size_t i = 0; i < queries.size(); ++i) {
            results[i].is_dropped = queries[i].claim != nullptr && queries[i].claim->is_dropped();
            results[i].hits = {{.slot = 0, .number = 0, .score = queries[i].vector[0]}};
            results[i].is_exact = true;
        }
        return results;
    }

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    mutable std::vector<std::size_t> sizes_;
    mutable std::size_t grounds_ = 0;
    std::shared_ptr<const TableView> view_ = std::make_shared<View>(*this);
    bool is_shut_ = false;
    std::uint64_t missing_ = 0;
    std::optional<Error> ground_failure_, search_failure_;
};

}  // namespace qr::test
