// What the catalog does behind everybody's back: loading, removing what was dropped, tidying.
#include <chrono>
#include <utility>

#include "host/collection/stored_catalog.h"

namespace qr {
namespace {

constexpr std::size_t kRemovedKeys = 4096;  // in one commit

}  // namespace

StoredCatalog::~StoredCatalog() {
    {
        const std::lock_guard lock(work_lock_);
        is_stopping_ = true;
    }
    work_changed_.notify_all();
    for (const Held& collection : all())
        collection->give_up_loading();
    if (thread_.joinable()) thread_.join();
}

void StoredCatalog::enqueue(std::function<void()> work) {
    {
        const std::lock_guard lock(work_lock_);
        work_.push_back(std::move(work));
    }
    work_changed_.notify_all();
}

bool StoredCatalog::is_stopping() const {
    const std::lock_guard lock(work_lock_);
    return is_stopping_;
}

void StoredCatalog::run() {
    using SteadyTime = std::chrono::steady_clock;
    SteadyTime::time_point tidy_at = SteadyTime::now() + limits_.tidy_every;
    std::unique_lock lock(work_lock_);
    while (true) {
        work_changed_.wait_until(lock, tidy_at, [this] { return is_stopping_ || !work_.empty(); });
        if (is_stopping_) return;
        std::function<void()> work;
        if (!work_.empty()) {
            work = std::move(work_.front());
            work_.pop_front();
        }
        lock.unlock();
        if (work) work();
        if (SteadyTime::now() >= tidy_at) {
            tidy();
            tidy_at = SteadyTime::now() + limits_.tidy_every;
        }
        lock.lock();
    }
}

void StoredCatalog::load_now(const Held& collection) {
    collection->load();
    if (on_loaded_) on_loaded_(collection->info());
    { const std::lock_guard lock(work_lock_); }  // whoever waits has looked before or looks again
    work_changed_.notify_all();
}

// The data first, the note that they are to be removed last.
void StoredCatalog::remove_data(CollectionId id) {
    for (const auto& [shelf, prefix] : {std::pair(Shelf::vectors, vector_prefix(id)),
                                        std::pair(Shelf::records, document_prefix(id))}) {
        while (true) {
            if (is_stopping()) return;
            const Result<bool> is_more = remove_some(prefix, shelf);
            if (!is_more) return left_to_remove_.push_back(id);
            if (!*is_more) break;
        }
        static_cast<void>(around_->store.compact(shelf, prefix).ok());
    }
    const StoreBatch batch{{{Shelf::records, counters_key(id), std::nullopt},
                            {Shelf::records, dropped_key(id), std::nullopt}}};
    if (!around_->store.commit(batch)) left_to_remove_.push_back(id);
}

// Whether there may be more.
Result<bool> StoredCatalog::remove_some(const std::string& prefix, Shelf shelf) {
    StoreBatch batch;
    {
        const std::shared_ptr<const StoreView> view = around_->store.view();
        const std::unique_ptr<StoreCursor> cursor = view->walk(shelf, keys_with(prefix));
        while (batch.writes.size() < kRemovedKeys && cursor->next())
            batch.writes.push_back({shelf, std::string(cursor->key()), std::nullopt});
        for (const StoreDamage& damage : cursor->damage()) {
            if (damage.key.starts_with(prefix))
                batch.writes.push_back({damage.shelf, damage.key, std::nullopt});
        }
    }
    if (batch.writes.empty()) return false;
    if (auto committed = around_->store.commit(batch); !committed) return committed.error();
    return true;
}

void StoredCatalog::tidy() {
    Store& store = around_->store;
    if (!store.condition().is_writable && !store.recover()) return;
    for (const CollectionId id : std::exchange(left_to_remove_, {}))
        remove_data(id);
    for (const Held& collection : all()) {
        if (is_stopping()) return;
        // What fails is tried again next time; what is wrong with the disk is told by the writers.
        static_cast<void>(collection->tidy().ok());
    }
}

}  // namespace qr
