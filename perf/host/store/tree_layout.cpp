#include "perf/host/store/tree_layout.h"

#include <cstdlib>
#include <iostream>

#include "host/store/database_options.h"

namespace qr::perf {
namespace {

constexpr std::size_t kReadAheadBytes = std::size_t{2} << 20;

rocksdb::WriteOptions durable() {
    rocksdb::WriteOptions options;
    options.sync = true;
    return options;
}

}  // namespace

void must(const rocksdb::Status& status) {
    if (status.ok()) return;
    std::cerr << status.ToString() << "\n";
    std::exit(1);
}

TreeLayout::TreeLayout(const std::filesystem::path& folder, bool has_blobs) {
    const StoreOptions ours{.folder = folder};
    const auto vectors = shelf_descriptors(ours)[static_cast<std::size_t>(Shelf::vectors)].options;
    rocksdb::Options options(database_options(ours), vectors);
    options.enable_blob_files = has_blobs;
    options.enable_blob_garbage_collection = has_blobs;
    options.create_if_missing = true;
    rocksdb::DB* db = nullptr;
    must(rocksdb::DB::Open(options, folder.string(), &db));
    db_.reset(db);
}

void TreeLayout::commit(const std::vector<Row>& rows) {
    rocksdb::WriteBatch batch;
    for (const Row& row : rows)
        must(batch.Put(row.key, row.value));
    must(db_->Write(durable(), &batch));
}

void TreeLayout::remove(const std::vector<std::string>& keys) {
    rocksdb::WriteBatch batch;
    for (const std::string& key : keys)
        must(batch.Delete(key));
    must(db_->Write(durable(), &batch));
}

void TreeLayout::compact() {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
    options.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
    options.blob_garbage_collection_age_cutoff = 1;
    must(db_->CompactRange(options, nullptr, nullptr));
}

void TreeLayout::walk(const std::function<void(std::string_view, std::string_view)>& visit) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    options.readahead_size = kReadAheadBytes;
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    for (at->SeekToFirst(); at->Valid(); at->Next()) {
        visit({at->key().data(), at->key().size()}, {at->value().data(), at->value().size()});
    }
    must(at->status());
}

}  // namespace qr::perf
