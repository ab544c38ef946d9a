#include "host/store/database_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include <limits>

namespace qr {
namespace {

constexpr int kBackgroundThreads = 2;  // one flushes, one compacts
constexpr int kOpenFilesMax = 512;
constexpr std::size_t kManifestBytes = std::size_t{16} << 20;
constexpr std::uint64_t kLogPerBuffer = 4;  // bytes of the write-ahead log to one of buffers

// The database's own words would go to a file beside its data; with the assertions that Debian
// builds it with, the second line that finds the disk full ends the process. What matters comes
// back as a status.
class NoLog final : public rocksdb::Logger {
  public:
    using rocksdb::Logger::Logv;
    void Logv(const char*, va_list) override {}
};

rocksdb::ColumnFamilyOptions shelf_options(const std::shared_ptr<rocksdb::Cache>& cache,
                                           std::size_t buffer_bytes) {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache;
    table.cache_index_and_filter_blocks = true;  // bounded as the rest
    table.format_version = 5;
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.write_buffer_size = buffer_bytes;
    // Vectors do not shrink, and a flipped bit in a compressed block loses all of it.
    options.compression = rocksdb::kNoCompression;
    // A commit is never made to wait for compactions: it holds a request, and damage, which a
    // compaction cannot get past, would stop all of them. What waits costs walks and disk space.
    options.level0_slowdown_writes_trigger = std::numeric_limits<int>::max();
    options.level0_stop_writes_trigger = std::numeric_limits<int>::max();
    options.soft_pending_compaction_bytes_limit = 0;
    options.hard_pending_compaction_bytes_limit = 0;
    return options;
}

}  // namespace

rocksdb::DBOptions database_options(const StoreOptions& options) {
    rocksdb::DBOptions database;
    database.max_background_jobs = kBackgroundThreads;
    database.max_open_files = kOpenFilesMax;
    database.db_write_buffer_size = options.write_buffer_bytes;
    database.max_total_wal_size = kLogPerBuffer * options.write_buffer_bytes;
    database.info_log = std::make_shared<NoLog>();
    database.stats_dump_period_sec = 0;
    database.stats_persist_period_sec = 0;
    database.max_manifest_file_size = kManifestBytes;
    database.max_bgerror_resume_count = 0;        // recover() resumes
    database.avoid_flush_during_shutdown = true;  // the log has it all
    database.advise_random_on_open = false;
    database.statistics = rocksdb::CreateDBStatistics();
    database.statistics->set_stats_level(rocksdb::StatsLevel::kExceptHistogramOrTimers);
    return database;
}

std::vector<rocksdb::ColumnFamilyDescriptor> shelf_descriptors(const StoreOptions& options) {
    const auto cache = rocksdb::NewLRUCache(options.cache_bytes);
    const auto shelf = shelf_options(cache, options.write_buffer_bytes);
    return {{std::string(to_string(Shelf::records)), shelf},
            {std::string(to_string(Shelf::vectors)), shelf},
            {rocksdb::kDefaultColumnFamilyName, shelf}};
}

}  // namespace qr
