#include "host/collection/resident_collection.h"

#include <algorithm>
#include <utility>

#include "host/base/misfit.h"
#include "host/collection/document_rules.h"

namespace qr {

ResidentCollection::ResidentCollection(std::shared_ptr<CollectionSurroundings> around,
                                       std::string name, CollectionRecord record)
    : around_(std::move(around)),
      name_(std::move(name)),
      record_(std::move(record)),
      state_(record_.is_unloaded ? CollectionState::unloaded : CollectionState::loading),
      progress_(std::make_shared<LoadProgress>()) {
    const std::string key = counters_key(record_.id);
    const Result<std::optional<std::string>> value =
        around_->store.view()->get(Shelf::records, key);
    if (!value || !value->has_value()) return;  // loading names it
    const Result<Counters> counters = decode_counters(key, **value);
    if (counters) stored_documents_ = counters->documents;
}

CollectionState ResidentCollection::state() const {
    const std::lock_guard lock(state_lock_);
    return state_;
}

CollectionInfo ResidentCollection::info() const {
    CollectionInfo info{.name = name_, .settings = record_.settings};
    info.created_at = record_.created_at;
    std::shared_ptr<Residence> residence;
    {
        const std::lock_guard lock(state_lock_);
        info.state = state_;
        info.why = why_;
        info.damage = damage_;
        residence = residence_;
        const std::uint64_t all = progress_->documents;
        const auto read = static_cast<double>(progress_->read);
        info.loaded_share = state_ == CollectionState::ready ? 1
                            : all == 0                       ? 0
                                       : std::min(1.0, read / static_cast<double>(all));
    }
    info.documents = stored_documents_;
    if (!residence) return info;
    info.settings.layout = residence->layout();
    info.documents = residence->documents(around_->wall.now());
    info.missing = missing_;
    info.deleted_rows = residence->blocks().dead_rows;
    info.memory_bytes = residence->bytes();
    info.memory_bytes_per_row = residence->bytes_per_row();
    return info;
}

Error ResidentCollection::not_ready() const {
    const std::string name = "collection '" + name_ + "'";
    if (is_dropped_) return {Code::not_found, name + " was deleted", {}, {}, {}};
    switch (state_) {
        case CollectionState::loading: {
            const std::uint64_t all = progress_->documents;
            const std::uint64_t share =
                all == 0 ? 0 : std::min(all, progress_->read.load()) * 100 / all;
            const std::string found = "loading, " + std::to_string(share) + " %";
            return {Code::unavailable, misfit_text(name, found, "ready"), {}, found, "ready",
                    "loading"};
        }
        case CollectionState::failed:
            return {
                Code::unavailable, name + " could not be loaded: " + why_, {}, "failed", "ready",
                "failed"};
        default:
            return {Code::unavailable,
                    name + ": found unloaded, allowed: ready",
                    {},
                    "unloaded",
                    "ready",
                    "unloaded"};
    }
}

Result<std::shared_ptr<Residence>> ResidentCollection::ready() const {
    const std::lock_guard lock(state_lock_);
    if (state_ != CollectionState::ready) return not_ready();
    return residence_;
}

Result<void> ResidentCollection::begin_loading(const StoreBatch& batch) {
    const std::lock_guard turn(writer_);
    if (auto there = still_there(); !there) return there;
    const CollectionState before = state();
    if (before == CollectionState::ready || before == CollectionState::loading) return {};
    if (auto committed = around_->store.commit(batch); !committed) return committed;
    const std::lock_guard lock(state_lock_);
    state_ = CollectionState::loading;
    why_.clear();
    progress_ = std::make_shared<LoadProgress>();
    return {};
}

// What was dropped is not written about any more.
Result<void> ResidentCollection::still_there() const {
    const std::lock_guard lock(state_lock_);
    return is_dropped_ ? Result<void>(not_ready()) : Result<void>();
}

void ResidentCollection::fail(std::string why) {
    const std::lock_guard lock(state_lock_);
    state_ = CollectionState::failed;
    why_ = std::move(why);
}

void ResidentCollection::give_up_loading() {
    const std::lock_guard lock(state_lock_);
    progress_->is_cancelled = true;
}

void ResidentCollection::load() {
    std::shared_ptr<LoadProgress> progress;
    {
        const std::lock_guard lock(state_lock_);
        if (state_ != CollectionState::loading || is_dropped_) return;
        progress = progress_;
    }
    Result<Loaded> loaded =
        load_collection(around_->store, around_->engine, record_, around_->budget, *progress);
    const std::lock_guard turn(writer_);
    const std::lock_guard lock(state_lock_);
    if (progress->is_cancelled || progress != progress_) return;
    if (loaded) {
        take(*std::move(loaded));
    } else {
        state_ = CollectionState::failed;
        why_ = loaded.error().message;
    }
}

void ResidentCollection::take(Loaded loaded) {
    missing_ = loaded.missing();
    residence_ = std::move(loaded.residence);
    counters_ = loaded.counters;
    next_number_ = counters_.next_number;
    stored_documents_ = counters_.documents;
    damaged_ = std::move(loaded.damaged);
    stale_ = std::move(loaded.stale);
    stale_read_ = loaded.stale_read;
    damage_ = std::move(loaded.damage);
    disk_tidied_at_ = around_->wall.now();
    futile_dead_rows_ = 0;
    state_ = CollectionState::ready;
}

Result<void> ResidentCollection::unload(const StoreBatch& batch) {
    return leave(batch, IsDropped::no);
}

Result<void> ResidentCollection::drop(const StoreBatch& batch) {
    return leave(batch, IsDropped::yes);
}

Result<void> ResidentCollection::leave(const StoreBatch& batch, IsDropped is_dropped) {
    const std::lock_guard turn(writer_);
    if (auto there = still_there(); !there) return there;
    if (auto committed = around_->store.commit(batch); !committed) return committed;
    const std::lock_guard lock(state_lock_);
    is_dropped_ = is_dropped == IsDropped::yes;
    progress_->is_cancelled = true;
    state_ = CollectionState::unloaded;
    residence_.reset();
    damaged_.clear();
    stale_.clear();
    return {};
}

Result<SearchGround> ResidentCollection::ground(const Filter& filter) const {
    if (auto checked = check_filter(filter); !checked) return checked.error();
    Result<std::shared_ptr<Residence>> residence = ready();
    if (!residence) return residence.error();
    SearchGround ground = (*residence)->ground(filter, around_->wall.now());
    ground.missing = missing_;
    ground.residence = *residence;
    return ground;
}

Result<NamedRows> ResidentCollection::find(std::span<const std::string> ids) const {
    Result<std::shared_ptr<Residence>> residence = ready();
    if (!residence) return residence.error();
    Residence::FoundRows found = (*residence)->find_all(ids, around_->wall.now());
    if (!found.missing) return std::move(found.rows);
    const std::string pointer = "/" + std::to_string(*found.missing);
    return Error{Code::not_found,
                 pointer + ": found no document '" + ids[*found.missing] + "' in collection '" +
                     name_ + "', allowed: ids of its documents",
                 pointer, ids[*found.missing], "ids of its documents"};
}

std::vector<std::string> ResidentCollection::ids(const SearchGround& ground,
                                                 std::span<const Hit> hits) const {
    QR_CHECK(ground.residence != nullptr);
    return std::static_pointer_cast<const Residence>(ground.residence)->ids(hits);
}

}  // namespace qr
