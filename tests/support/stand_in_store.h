// A store in memory, whose commits fail and whose values are damaged where a test says so.
//
// It outlives what is built on it as a disk outlives a process: a test "restarts" by building that
// anew on the same store. The first write after a view was taken copies the maps.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/store/batch_check.h"
#include "host/store/store.h"

namespace qr::test {

// A key whose value is none is there and damaged.
using StandInMap = std::map<std::string, std::optional<std::string>, std::less<>>;
using StandInShelves = std::array<StandInMap, kShelves>;

inline std::string stand_in_damage(Shelf shelf, std::string_view key) {
    return "stand-in: the value of '" + std::string(key) + "' on shelf " +
           std::string(to_string(shelf)) + " is damaged";
}

class StandInCursor final : public StoreCursor {
  public:
    StandInCursor(std::shared_ptr<const StandInShelves> shelves, Shelf shelf, const KeyRange& keys)
        : shelves_(std::move(shelves)),
          map_((*shelves_)[static_cast<std::size_t>(shelf)]),
          shelf_(shelf),
          next_(map_.lower_bound(keys.begin)),
          end_(keys.end.empty() ? map_.end() : map_.lower_bound(keys.end)) {}

    bool next() override {
        for (; next_ != end_; ++next_) {
            if (next_->second) {
                here_ = next_++;
                return true;
            }
            damage_.push_back({shelf_, next_->first, stand_in_damage(shelf_, next_->first)});
        }
        return false;
    }
    std::string_view key() const override { return here_->first; }
    std::string_view value() const override { return *here_->second; }
    const std::vector<StoreDamage>& damage() const override { return damage_; }

  private:
    const std::shared_ptr<const StandInShelves> shelves_;
    const StandInMap& map_;
    const Shelf shelf_;
    StandInMap::const_iterator next_;
    const StandInMap::const_iterator end_;
    StandInMap::const_iterator here_;
    std::vector<StoreDamage> damage_;
};

class StandInView final : public StoreView {
  public:
    explicit StandInView(std::shared_ptr<const StandInShelves> shelves)
        : shelves_(std::move(shelves)) {}

    Result<std::optional<std::string>> get(Shelf shelf, std::string_view key) const override {
        const StandInMap& map = (*shelves_)[static_cast<std::size_t>(shelf)];
        const auto at = map.find(key);
        if (at == map.end()) return std::optional<std::string>();
        if (!at->second) return Error{Code::internal, stand_in_damage(shelf, key), {}, {}, {}};
        return at->second;
    }
    std::unique_ptr<StoreCursor> walk(Shelf shelf, KeyRange keys) const override {
        return std::make_unique<StandInCursor>(shelves_, shelf, keys);
    }

  private:
    const std::shared_ptr<const StandInShelves> shelves_;
};

class StandInStore final : public Store {
  public:
    // After `commits` more that succeed every one fails, and so does recover(), until mend().
    void fail_after(std::size_t commits, std::string why = "the disk is full") {
        const std::lock_guard lock(mutex_);
        commits_left_ = commits;
        why_failing_ = std::move(why);
    }
    // recover() succeeds again; until it is called, commits go on failing.
    void mend() {
        const std::lock_guard lock(mutex_);
        commits_left_.reset();
    }
    // Views taken from now on find that value damaged, until it is written anew. False: no such
    // key.
    bool damage(Shelf shelf, std::string_view key) {
        const std::lock_guard lock(mutex_);
        StandInMap& map = writable()[static_cast<std::size_t>(shelf)];
        const auto at = map.find(key);
        if (at == map.end()) return false;
        at->second.reset();
        return true;
    }
    // Shelf and prefix of every compact() so far.
    std::vector<std::pair<Shelf, std::string>> compactions() const {
        const std::lock_guard lock(mutex_);
        return compactions_;
    }

    Result<void> commit(const StoreBatch& batch) override {
        if (auto bounds = check_batch(batch, kStoreValueBytesMax + kStoreSealBytesMax); !bounds) {
            return bounds;
        }
        const std::lock_guard lock(mutex_);
        if (commits_left_ == 0U) condition_.why_not = why_failing_;
        if (!condition_.why_not.empty()) return failure();
        if (commits_left_) --*commits_left_;
        StandInShelves& shelves = writable();
        for (const StoreWrite& write : batch.writes)
            apply(shelves, write);
        ++condition_.commits;
        ++condition_.syncs;
        return {};
    }

    std::shared_ptr<const StoreView> view() const override {
        const std::lock_guard lock(mutex_);
        is_viewed_ = true;
        return std::make_shared<StandInView>(shelves_);
    }

    Result<void> compact(Shelf shelf, std::string_view prefix) override {
        const std::lock_guard lock(mutex_);
        compactions_.emplace_back(shelf, prefix);
        return {};
    }

    Result<void> recover() override {
        const std::lock_guard lock(mutex_);
        if (!condition_.why_not.empty() && commits_left_) return failure();
        condition_.why_not.clear();
        return {};
    }

    StoreCondition condition() const override {
        const std::lock_guard lock(mutex_);
        StoreCondition condition = condition_;
        condition.is_writable = condition.why_not.empty();
        for (const StandInMap& map : *shelves_) {
            for (const auto& [key, value] : map) {
                condition.disk_bytes += key.size() + (value ? value->size() : 0);
            }
        }
        return condition;
    }

  private:
    static void apply(StandInShelves& shelves, const StoreWrite& write) {
        StandInMap& map = shelves[static_cast<std::size_t>(write.shelf)];
        if (write.value) {
            map.insert_or_assign(write.key, write.value);
        } else {
            map.erase(write.key);
        }
    }
    Error failure() const { return {Code::unavailable, condition_.why_not, {}, {}, {}}; }
    // With the lock held: no view shares what this returns.
    StandInShelves& writable() {
        if (is_viewed_) shelves_ = std::make_shared<StandInShelves>(*shelves_);
        is_viewed_ = false;
        return *shelves_;
    }

    mutable std::mutex mutex_;
    std::shared_ptr<StandInShelves> shelves_ = std::make_shared<StandInShelves>();
    mutable bool is_viewed_ = false;           // since they were copied
    std::optional<std::size_t> commits_left_;  // none: nothing fails
    std::string why_failing_;
    StoreCondition condition_;
    std::vector<std::pair<Shelf, std::string>> compactions_;
};

// The same store again, for what owns the one that it is given.
class SharedStandIn final : public Store {
  public:
    explicit SharedStandIn(std::shared_ptr<StandInStore> store) : store_(std::move(store)) {}
    Result<void> commit(const StoreBatch& batch) override { return store_->commit(batch); }
    std::shared_ptr<const StoreView> view() const override { return store_->view(); }
    Result<void> compact(Shelf shelf, std::string_view prefix) override {
        return store_->compact(shelf, prefix);
    }
    Result<void> recover() override { return store_->recover(); }
    StoreCondition condition() const override { return store_->condition(); }

  private:
    const std::shared_ptr<StandInStore> store_;
};

}  // namespace qr::test
