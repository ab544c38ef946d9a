#include "host/store/sealed_store.h"

#include <utility>

#include "host/store/batch_check.h"
#include "host/store/sealed_view.h"

namespace qr {
namespace {

bool has_values(const StoreView& view) {
    for (const Shelf shelf : {Shelf::records, Shelf::vectors}) {
        const auto cursor = view.walk(shelf, {});
        if (cursor->next() || !cursor->damage().empty()) return true;
    }
    return false;
}

Result<KeyRing> begin(Store& store, const SecretKey& by) {
    if (has_values(*store.view())) {
        return Error{.code = Code::invalid,
                     .message =
                         "a key file is named, but the store has values in the clear, "
                         "allowed: an empty store, or one that was begun with a key",
                     .found = "values in the clear",
                     .allowed = "an empty store, or one that was begun with a key"};
    }
    KeyRing keys;
    keys.begin_key();
    auto written = store.commit({{{Shelf::own, std::string(kKeysRecord), keys.wrap(by)}}});
    if (!written) return written.error();
    return keys;
}

}  // namespace

Result<std::unique_ptr<Store>> SealedStore::open(std::unique_ptr<Store> store,
                                                 const SecretKey& by) {
    const auto record = store->view()->get(Shelf::own, kKeysRecord);
    if (!record) return record.error();
    auto keys = *record ? KeyRing::unwrap(**record, by) : begin(*store, by);
    if (!keys) return keys.error();
    return std::unique_ptr<Store>(
        std::make_unique<SealedStore>(std::move(store), std::move(*keys)));
}

SealedStore::SealedStore(std::unique_ptr<Store> store, KeyRing keys)
    : store_(std::move(store)), keys_(std::make_shared<const KeyRing>(std::move(keys))) {}

Result<void> SealedStore::commit(const StoreBatch& batch) {
    if (auto checked = check_batch(batch, kStoreValueBytesMax); !checked) return checked;
    StoreBatch sealed;
    sealed.writes.reserve(batch.writes.size());
    for (const StoreWrite& write : batch.writes) {
        StoreWrite& made = sealed.writes.emplace_back();
        made.shelf = write.shelf;
        made.key = write.key;
        if (write.value) made.value = seal_value(*keys_, write.shelf, write.key, *write.value);
    }
    return store_->commit(sealed);
}

std::shared_ptr<const StoreView> SealedStore::view() const {
    return std::make_shared<SealedView>(store_->view(), keys_);
}

}  // namespace qr
