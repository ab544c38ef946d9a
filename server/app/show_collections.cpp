#include "server/app/show_collections.h"

#include <array>
#include <chrono>

namespace qr {

void show_collections(const CollectionsFigures& figures, Metrics& metrics) {
    const CollectionMetrics& shown = metrics.collections;
    std::array<double, 4> states{};  // by CollectionState
    CollectionInfo sum;
    for (const CollectionInfo& info : figures.collections) {
        ++states.at(static_cast<std::size_t>(info.state));
        sum.documents += info.documents;
        sum.missing += info.missing;
        sum.deleted_rows += info.deleted_rows;
        sum.memory_bytes += info.memory_bytes;
    }
    for (std::size_t i = 0; i < states.size(); ++i)
        shown.count[i].Set(states[i]);
    shown.documents.Set(static_cast<double>(sum.documents));
    shown.missing_documents.Set(static_cast<double>(sum.missing));
    shown.deleted_rows.Set(static_cast<double>(sum.deleted_rows));
    shown.memory_bytes.Set(static_cast<double>(sum.memory_bytes));
    shown.work_waiting.Set(static_cast<double>(figures.work_waiting));
    shown.searches_waiting.Set(static_cast<double>(figures.searches_waiting));
    shown.store_bytes.Set(static_cast<double>(figures.store.disk_bytes));
    shown.store_writable.Set(figures.store.is_writable ? 1 : 0);
    metrics.set_total(shown.store_commits, static_cast<double>(figures.store.commits));
    metrics.set_total(shown.store_syncs, static_cast<double>(figures.store.syncs));
}

void show_pass(const PassReport& report, Metrics& metrics) {
    const CollectionMetrics& shown = metrics.collections;
    shown.pass_seconds.Observe(in_seconds(report.searched));
    shown.pass_queries.Observe(static_cast<double>(report.queries));
    shown.rows.Increment(static_cast<double>(report.slots));
    shown.rescored.Increment(static_cast<double>(report.rescored));
    shown.retries.Increment(static_cast<double>(report.retries));
}

}  // namespace qr
