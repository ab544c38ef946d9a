// The one implementation of Collection: a residence in memory above a store.
//
// Writers hold `writer_` from their first look to the publication, so that what they looked up
// still holds: rows are appended to the table, where nobody sees them yet, then the store commits,
// then they are published. A commit that fails releases them; memory never knows what the disk does
// not.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "host/collection/collection.h"
#include "host/collection/collection_memory.h"
#include "host/collection/loader.h"
#include "host/collection/records.h"
#include "host/collection/residence.h"
#include "host/collection/stored_rows.h"
#include "host/collection/wall_time.h"
#include "host/store/store.h"

namespace qr {

// What all collections of a catalog share. Store and engine outlive it.
struct CollectionSurroundings {
    CollectionSurroundings(Store& kept_in, CollectionEngine& searched_by, std::uint64_t most,
                           std::size_t memory_bytes_max, double (*wall_now)())
        : store(kept_in),
          engine(searched_by),
          documents_max(most),
          budget(std::make_shared<CollectionMemory>(memory_bytes_max)),
          wall(wall_now) {}

    Store& store;
    CollectionEngine& engine;
    std::uint64_t documents_max;
    std::shared_ptr<CollectionMemory> budget;
    WallTime wall;
};

class ResidentCollection final : public Collection {
  public:
    ResidentCollection(std::shared_ptr<CollectionSurroundings> around, std::string name,
                       CollectionRecord record);

    CollectionInfo info() const override;
    Result<UpsertReport> upsert(std::span<const Document> documents,
                                const MatrixView& vectors) override;
    Result<DeleteReport> remove(std::span<const std::string> ids) override;
    Result<DeleteReport> remove_where(const Filter& filter) override;
    Result<std::vector<FetchedDocument>> fetch(std::span<const std::string> ids,
                                               WithVector with_vector) const override;
    Result<std::vector<FetchedDocument>> list(std::optional<std::uint64_t> after, std::size_t count,
                                              WithVector with_vector) const override;
    Result<SearchGround> ground(const Filter& filter) const override;
    Result<NamedRows> find(std::span<const std::string> ids) const override;
    std::vector<std::string> ids(const SearchGround& ground,
                                 std::span<const Hit> hits) const override;
    Result<void> tidy() override;

    // For the catalog. load() reads what begin_loading() announced, on a thread that may be busy
    // with others first; another may unload or drop the collection meanwhile. The batches say in
    // the store what is done, and are written while no writer is at work.
    const CollectionRecord& record() const { return record_; }
    CollectionState state() const;
    Result<void> begin_loading(const StoreBatch& batch);
    void give_up_loading();
    void fail(std::string why);
    void load();
    Result<void> unload(const StoreBatch& batch);
    Result<void> drop(const StoreBatch& batch);

  private:
    class Upsert;
    enum class IsDropped : std::uint8_t { no, yes };

    Result<std::shared_ptr<Residence>> ready() const;
    Result<void> still_there() const;
    Error not_ready() const;  // with the state's lock held
    Result<void> leave(const StoreBatch& batch, IsDropped is_dropped);
    void take(Loaded loaded);

    // With the writer's lock held.
    Result<void> commit(StoreBatch& batch, const Counters& counters);
    Result<void> erase(Residence& residence, std::span<const LiveRow> rows,
                       std::span<const std::uint64_t> others);
    void note_missing(const Residence& residence);
    Result<std::vector<Slot>> append(Residence& residence, const RowBatch& batch,
                                     std::size_t more_bytes);

    // Each takes the writer's lock a bounded step at a time, and stops where the rows are no
    // longer the collection's.
    bool is_current(const Residence& residence) const;
    Result<void> tidy_expired(Residence& residence);
    Result<void> tidy_stale(Residence& residence);
    Result<void> tidy_sparse(Residence& residence);
    Result<void> move_rows(Residence& residence, std::span<const Slot> slots);
    Result<void> tidy_disk(const Residence& residence);

    Result<std::optional<FetchedDocument>> read(const StoreView& view, std::uint64_t number,
                                                WithVector with_vector) const;
    Result<void> read_vector(const StoreView& view, FetchedDocument& fetched) const;
    std::optional<std::uint64_t> damaged_number(std::string_view id) const;

    const std::shared_ptr<CollectionSurroundings> around_;
    const std::string name_;
    const CollectionRecord record_;

    mutable std::mutex state_lock_;
    CollectionState state_ = CollectionState::loading;
    bool is_dropped_ = false;
    std::string why_;
    std::vector<std::string> damage_;
    std::shared_ptr<Residence> residence_;
    std::shared_ptr<LoadProgress> progress_;

    std::mutex writer_;
    Counters counters_;
    std::map<std::string, std::uint64_t, std::less<>> damaged_;  // changed with both locks held
    std::vector<std::uint64_t> stale_;
    std::uint64_t stale_read_ = 0;
    WallSeconds disk_tidied_at_ = 0;
    std::size_t futile_dead_rows_ = 0;  // how many there were when moving rows gained nothing

    std::atomic<std::uint64_t> missing_ = 0;
    std::atomic<std::uint64_t> next_number_ = 0;
    std::atomic<std::uint64_t> stored_documents_ = 0;  // as last known
};

}  // namespace qr
