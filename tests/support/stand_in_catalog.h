// A stand-in for the catalog and its collections: everything in memory and nothing durable,
// searched by the reference engine. A test can set a collection's state, or make writes fail.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "host/collection/catalog.h"
#include "host/collection/engine/collection_engines.h"

namespace qr::test {

class StandInTable final : public Collection {
  public:
    StandInTable(std::string name, CollectionSettings settings, CollectionEngine& engine)
        : name_(std::move(name)), settings_(std::move(settings)) {
        auto made = engine.make_table(settings_.layout);
        QR_CHECK(made.ok());
        table_ = *std::move(made);
    }

    void set_state(CollectionState state) { state_ = state; }
    void fail_writes(std::optional<Error> error) { write_failure_ = std::move(error); }

    CollectionInfo info() const override {
        const std::lock_guard lock(mutex_);
        CollectionInfo info;
        info.name = name_;
        info.settings = settings_;
        info.state = state_;
        info.created_at = 1'000;
        info.documents = rows_.size();
        info.memory_bytes = table_->memory().bytes;
        info.memory_bytes_per_row = table_->memory().bytes_per_row;
        return info;
    }

    Result<UpsertReport> upsert(std::span<const Document> documents,
                                const MatrixView& vectors) override {
        const std::lock_guard lock(mutex_);
        if (write_failure_) return *write_failure_;
        if (state_ != CollectionState::ready) return not_ready();
        for (std::size_t i = 0; i < documents.size(); ++i) {
            if (std::ranges::any_of(vectors.row(i), [](float x) { return x != 0; })) continue;
            return invalid_row(i);
        }
        UpsertReport report;
        for (std::size_t i = 0; i < documents.size(); ++i)
            put(documents[i], vectors.row(i), report);
        return report;
    }

    Result<DeleteReport> remove(std::span<const std::string> ids) override {
        const std::lock_guard lock(mutex_);
        if (write_failure_) return *write_failure_;
        DeleteReport report;
        for (const std::string& id : ids)
            ++(rows_.erase(id) == 1 ? report.deleted : report.not_found);
        return report;
    }

    Result<DeleteReport> remove_where(const Filter& filter) override {
        const std::lock_guard lock(mutex_);
        DeleteReport report;
        report.deleted =
            std::erase_if(rows_, [&](const auto& row) { return passes(row.second, filter); });
        return report;
    }

    Result<std::vector<FetchedDocument>> fetch(std::span<const std::string> ids,
                                               WithVector with_vector) const override {
        const std::lock_guard lock(mutex_);
        std::vector<FetchedDocument> found;
        for (const std::string& id : ids)
            if (const auto row = rows_.find(id); row != rows_.end())
                found.push_back(fetched(row->second, with_vector));
        return found;
    }

    Result<std::vector<FetchedDocument>> list(std::optional<std::uint64_t> after, std::size_t count,
                                              WithVector with_vector) const override {
        const std::lock_guard lock(mutex_);
        std::map<std::uint64_t, const Row*> by_number;
        for (const auto& [id, row] : rows_)
            by_number[row.number] = &row;
        std::vector<FetchedDocument> found;
        for (const auto& [number, row] : by_number)
            if ((!after || number > *after) && found.size() < count)
                found.push_back(fetched(*row, with_vector));
        return found;
    }

    Result<SearchGround> ground(const Filter& filter) const override {
        const std::lock_guard lock(mutex_);
        if (state_ != CollectionState::ready) return not_ready();
        SearchGround ground{.view = table_->view(), .mask = nullptr, .missing = 0};
        auto mask = std::make_shared<RowMask>((ground.view->slots() + 63) / 64, 0);
        for (const auto& [id, row] : rows_)
            if (passes(row, filter)) (*mask)[row.slot / 64] |= std::uint64_t{1} << (row.slot % 64);
        ground.mask = std::move(mask);
        return ground;
    }

    Result<NamedRows> find(std::span<const std::string> ids) const override {
        const std::lock_guard lock(mutex_);
        NamedRows rows{.view = table_->view(), .slots = {}};
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto row = rows_.find(ids[i]);
            if (row == rows_.end()) return no_document(i, ids[i]);
            rows.slots.push_back(row->second.slot);
        }
        return rows;
    }

    std::vector<std::string> ids(const SearchGround&, std::span<const Hit> hits) const override {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> ids;
        for (const Hit& hit : hits)
            ids.push_back(names_.at(hit.number));
        return ids;
    }

    Result<void> tidy() override { return {}; }

  private:
    struct Row {
        Document document;
        std::uint64_t number = 0;
        Slot slot = 0;
        std::vector<float> vector;
    };

    void put(const Document& document, std::span<const float> vector, UpsertReport& report) {
        const auto before = rows_.find(document.id);
        const bool is_new = before == rows_.end();
        const std::uint64_t number = is_new ? next_number_++ : before->second.number;
        ++(is_new ? report.inserted : report.updated);
        const auto slots = table_->append({{vector.data(), 1, vector.size()}, {&number, 1}});
        QR_CHECK(slots.ok());
        names_[number] = document.id;
        rows_[document.id] = {document, number, slots->front(), {vector.begin(), vector.end()}};
    }

    static bool passes(const Row& row, const Filter& filter) {
        const auto& tags = row.document.fields.tags;
        const auto has = [&tags](const std::string& tag) {
            return std::ranges::find(tags, tag) != tags.end();
        };
        if (!std::ranges::all_of(filter.all_tags, has)) return false;
        if (!filter.any_tags.empty() && !std::ranges::any_of(filter.any_tags, has)) return false;
        if (std::ranges::any_of(filter.no_tags, has)) return false;
        const auto& numbers = row.document.fields.numbers;
        return std::ranges::all_of(filter.numbers, [&numbers](const auto& condition) {
            const auto found = numbers.find(condition.first);
            return found != numbers.end() &&
                   found->second >= condition.second.lowest.value_or(-1e308) &&
                   found->second <= condition.second.highest.value_or(1e308);
        });
    }

    static FetchedDocument fetched(const Row& row, WithVector with_vector) {
        return {row.document, row.number,
                with_vector == WithVector::yes ? row.vector : std::vector<float>()};
    }

    Error not_ready() const {
        return {.code = Code::unavailable,
                .message = "collection '" + name_ + "' is loading, 42 %"};
    }
    static Error invalid_row(std::size_t row) {
        const std::string pointer = '/' + std::to_string(row) + "/vector";
        return {.code = Code::invalid,
                .message = pointer + ": found a zero vector, allowed: a direction",
                .pointer = pointer,
                .found = "a zero vector",
                .allowed = "a direction"};
    }
    static Error no_document(std::size_t index, const std::string& id) {
        const std::string pointer = '/' + std::to_string(index);
        return {.code = Code::not_found,
                .message = pointer + ": found '" + id + "', which no document has",
                .pointer = pointer,
                .found = id};
    }

    mutable std::mutex mutex_;
    const std::string name_;
    const CollectionSettings settings_;
    std::unique_ptr<Table> table_;
    std::map<std::string, Row> rows_;
    std::map<std::uint64_t, std::string> names_;
    std::uint64_t next_number_ = 0;
    CollectionState state_ = CollectionState::ready;
    std::optional<Error> write_failure_;
};

class StandInCatalog final : public Catalog {
  public:
    explicit StandInCatalog(CollectionEngine& engine) : engine_(engine) {}

    void set_loaded(bool is_loaded) { is_loaded_ = is_loaded; }
    StandInTable& table(const std::string& name) { return *collections_.at(name); }

    Result<std::shared_ptr<Collection>> create(std::string_view name,
                                               const CollectionSettings& settings) override {
        const std::lock_guard lock(mutex_);
        const std::string key(name);
        if (collections_.contains(key)) return error(Code::conflict, name, "exists already");
        if (!(key.front() >= 'a' && key.front() <= 'z')) {
            return error(Code::invalid, name, "is no name");
        }
        return std::shared_ptr<Collection>(
            collections_[key] = std::make_shared<StandInTable>(key, settings, engine_));
    }

    Result<std::shared_ptr<Collection>> find(std::string_view name) const override {
        const std::lock_guard lock(mutex_);
        const auto found = collections_.find(std::string(name));
        if (found == collections_.end()) return error(Code::not_found, name, "does not exist");
        return std::shared_ptr<Collection>(found->second);
    }

    std::vector<CollectionInfo> list() const override {
        const std::lock_guard lock(mutex_);
        std::vector<CollectionInfo> infos;
        for (const auto& [name, collection] : collections_)
            infos.push_back(collection->info());
        return infos;
    }

    Result<void> drop(std::string_view name) override {
        const std::lock_guard lock(mutex_);
        if (collections_.erase(std::string(name)) == 1) return {};
        return error(Code::not_found, name, "does not exist");
    }

    Result<void> unload(std::string_view name) override {
        return set_state(name, CollectionState::unloaded);
    }
    Result<void> load(std::string_view name) override {
        return set_state(name, CollectionState::ready);
    }
    bool is_loaded() const override { return is_loaded_; }

    Result<void> export_to(std::string_view name, const std::filesystem::path& folder) override {
        if (const auto found = find(name); !found.ok()) return found.error();
        if (!exports_.insert(folder).second) return error(Code::conflict, name, "was exported");
        return {};
    }
    Result<std::shared_ptr<Collection>> import_from(std::string_view name,
                                                    const std::filesystem::path& folder) override {
        if (!exports_.contains(folder)) return error(Code::not_found, name, "has no snapshot");
        return create(name, {.layout = {.dimension = 2}, .ttl_seconds = {}, .encoder = {}});
    }
    const std::set<std::filesystem::path>& exports() const { return exports_; }

  private:
    static Error error(Code code, std::string_view name, std::string_view what) {
        return {.code = code,
                .message = "collection '" + std::string(name) + "' " + std::string(what),
                .found = std::string(name)};
    }

    Result<void> set_state(std::string_view name, CollectionState state) {
        const std::lock_guard lock(mutex_);
        const auto found = collections_.find(std::string(name));
        if (found == collections_.end()) return error(Code::not_found, name, "does not exist");
        found->second->set_state(state);
        return {};
    }

    mutable std::mutex mutex_;
    CollectionEngine& engine_;
    std::map<std::string, std::shared_ptr<StandInTable>> collections_;
    std::set<std::filesystem::path> exports_;
    bool is_loaded_ = true;
};

}  // namespace qr::test
