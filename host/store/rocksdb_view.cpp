#include "host/store/rocksdb_view.h"

#include <utility>

#include "host/store/frame.h"
#include "host/store/key_text.h"
#include "host/store/rocksdb_cursor.h"

namespace qr {
namespace {

Error damaged(Shelf shelf, std::string_view key, std::string_view what) {
    return {.code = Code::internal,
            .message = "the store's value of '" + key_text(key) + "' on shelf " +
                       std::string(to_string(shelf)) + " is damaged: " + std::string(what)};
}

}  // namespace

RocksDbView::RocksDbView(std::shared_ptr<const Database> database)
    : database_(std::move(database)), snapshot_(database_->db().GetSnapshot()) {}

RocksDbView::~RocksDbView() {
    database_->db().ReleaseSnapshot(snapshot_);
}

Result<std::optional<std::string>> RocksDbView::get(Shelf shelf, std::string_view key) const {
    rocksdb::ReadOptions options;
    options.snapshot = snapshot_;
    rocksdb::PinnableSlice found;
    const auto status = database_->db().Get(options, database_->shelf(shelf),
                                            rocksdb::Slice(key.data(), key.size()), &found);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return damaged(shelf, key, database_->name_damage(status));
    const auto value = unframe(shelf, key, {found.data(), found.size()});
    if (!value) return damaged(shelf, key, value.error().message);
    return std::optional<std::string>(*value);
}

std::unique_ptr<StoreCursor> RocksDbView::walk(Shelf shelf, KeyRange keys) const {
    return std::make_unique<RocksDbCursor>(database_, snapshot_, shared_from_this(), shelf,
                                           std::move(keys));
}

}  // namespace qr
