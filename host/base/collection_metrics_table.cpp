#include "host/base/collection_metrics_table.h"

#include "host/base/metric_rows.h"

namespace qr {
namespace {

using enum LabelSource;
using namespace metric_rows;

constexpr std::string_view kStates[] = {"loading", "ready", "unloaded", "failed"};
constexpr std::string_view kUnsearched[] = {"cancelled", "deadline_exceeded", "unavailable",
                                            kOtherLabel};

// From a small collection in the cache to ten million rows.
constexpr double kPassSeconds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                   0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
constexpr double kPassQueries[] = {1, 2, 4, 8, 16, 32, 64};

constexpr std::array kFamilies = {
    gauge("qr_collections", "collections", "Collections, by their state.",
          {MetricLabel{"state", listed, kStates}},
          {Panel{"Collections, by state", "sum by (state) (qr_collections)"}}),
    gauge("qr_collection_documents", "documents", "Documents of all collections.", {},
          {Panel{"Documents", "qr_collection_documents"}}),
    gauge("qr_collection_missing_documents", "documents",
          "Documents that the store holds damaged: searches of their collections are not exact.",
          {}, {Panel{"Documents missing", "qr_collection_missing_documents"}}),
    gauge("qr_collection_deleted_rows", "rows",
          "Rows of deleted documents whose memory is not yet used again.", {},
          {Panel{"Deleted rows", "qr_collection_deleted_rows"}}),
    gauge("qr_collection_memory_bytes", "bytes", "Memory that the vectors of collections take.", {},
          {Panel{"Memory of collections", "qr_collection_memory_bytes"}}),
    gauge("qr_collection_work_waiting", "requests",
          "Requests that wait for a thread to read or write a collection.", {},
          {Panel{"Requests that wait for a collection", "qr_collection_work_waiting"}}),

    gauge("qr_search_waiting", "searches", "Searches that wait for a pass.", {},
          {Panel{"Searches waiting", "qr_search_waiting"}}),
    histogram("qr_search_pass_seconds", "seconds",
              "Time of one pass over a collection, which answers many searches.", kPassSeconds, {},
              {Panel{"Pass time, 99th percentile",
                     "histogram_quantile(0.99, sum by (le) "
                     "(rate(qr_search_pass_seconds_bucket[$__rate_interval])))"}}),
    histogram("qr_search_pass_queries", "queries", "Queries that one pass answered.", kPassQueries,
              {},
              {Panel{"Queries a pass, mean",
                     "rate(qr_search_pass_queries_sum[$__rate_interval]) / "
                     "rate(qr_search_pass_queries_count[$__rate_interval])"}}),
    counter("qr_search_rows_total", "rows", "Rows that passes went over, once for all queries.", {},
            {Panel{"Rows scanned a second", "rate(qr_search_rows_total[$__rate_interval])"}}),
    counter("qr_search_rescored_total", "rows",
            "Rows whose double-precision score was taken to prove an answer.", {},
            {Panel{"Rows rescored, as a share of rows times queries",
                   "rate(qr_search_rescored_total[$__rate_interval]) / "
                   "(rate(qr_search_rows_total[$__rate_interval]) * "
                   "rate(qr_search_pass_queries_sum[$__rate_interval]) / "
                   "rate(qr_search_pass_queries_count[$__rate_interval]))"}}),
    counter("qr_search_retries_total", "retries",
            "Times that more rows passed the bound of the proof than were expected.", {},
            {Panel{"Retries a second", "rate(qr_search_retries_total[$__rate_interval])"}}),
    counter("qr_search_unanswered_total", "searches",
            "Searches that ended without hits, by the reason.",
            {MetricLabel{"reason", listed, kUnsearched}},
            {Panel{"Searches without an answer a second",
                   "sum by (reason) (rate(qr_search_unanswered_total[$__rate_interval]))"}}),

    gauge("qr_store_bytes", "bytes", "Disk space that the store of collections takes.", {},
          {Panel{"Disk space of the store", "qr_store_bytes"}}),
    gauge(
        "qr_store_writable", "0 or 1",
        "1 while collections can be written; 0: the disk is full or failed, or there is no store.",
        {}, {Panel{"Stores that can be written", "sum(qr_store_writable)"}}),
    counter("qr_store_commits_total", "commits",
            "Commits, each of one request's or batch's writes.", {},
            {Panel{"Commits a second", "rate(qr_store_commits_total[$__rate_interval])"}}),
    counter("qr_store_syncs_total", "syncs", "Times that the disk was told to keep what it has.",
            {},
            {Panel{"Commits that share a sync, mean",
                   "rate(qr_store_commits_total[$__rate_interval]) / "
                   "rate(qr_store_syncs_total[$__rate_interval])"}}),
};

}  // namespace

std::span<const MetricFamily> collection_metric_families() {
    return kFamilies;
}

}  // namespace qr
