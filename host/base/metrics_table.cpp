#include "host/base/metrics_table.h"

#include <vector>

#include "host/base/collection_metrics_table.h"
#include "host/base/metric_rows.h"

namespace qr {
namespace {

using enum LabelSource;
using namespace metric_rows;

constexpr std::string_view kStatuses[] = {"1xx", "2xx", "3xx", "4xx", "5xx", kOtherLabel};
constexpr std::string_view kStages[] = {"read", "parse", "encode", "queue", "score", "print"};
constexpr std::string_view kRefusals[] = {"jobs", "rows", "bytes", "tenant"};
constexpr std::string_view kUnscored[] = {"cancelled", "deadline_exceeded", "unavailable",
                                          kOtherLabel};
constexpr std::string_view kBatchCodes[] = {"unavailable", "internal", "out_of_memory",
                                            kOtherLabel};
constexpr std::string_view kStates[] = {"starting", "ready", "degraded", "draining", "failing"};
constexpr std::string_view kCanaryResults[] = {"passed", "failed", "wrong", "overdue"};
constexpr std::string_view kFailovers[] = {"unavailable", "internal",     "out_of_memory",
                                           "timed_out",   "wrong_answer", kOtherLabel};
constexpr std::string_view kEccKinds[] = {"corrected", "uncorrected"};
constexpr std::string_view kThrottles[] = {"thermal",     "hardware_thermal", "hardware_slowdown",
                                           "power_brake", "power_cap",        "sync_boost",
                                           kOtherLabel};
constexpr std::string_view kSides[] = {"device", "host"};
constexpr std::string_view kRouteReasons[] = {"small", "faster", "spilled", "lost", "refused"};
constexpr std::string_view kCosts[] = {"batch",       "task",         "byte",
                                       "staged_byte", "multiply_add", "pair"};
constexpr std::string_view kReloads[] = {"applied", "refused"};

constexpr MetricLabel kRoute{"route", routes, {}, "pattern of the path, or other"};
constexpr MetricLabel kBackend{"backend", backends, {}, "as `doctor` lists them, or other"};
constexpr MetricLabel kLane{"lane", lanes, {}, "0 and up, one for each lane"};
constexpr MetricLabel kCode{"code", codes, {}, "code of the error, as answers name it"};
constexpr MetricLabel kVersion{"version", version, {}, "of the server"};
constexpr MetricLabel kDevice{"device", devices, {}, "0 and up, as `/health` lists them"};
constexpr MetricLabel kUuid{"uuid", uuids, {}, "of the device or of its MIG instance"};
constexpr MetricLabel kStatus{"status", listed, kStatuses};
constexpr MetricLabel kStage{"stage", listed, kStages};
constexpr MetricLabel kSide{"side", listed, kSides};

// From a health probe to the default deadline, about three steps a decade.
constexpr double kRequestSeconds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                      0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                      1,      2.5,     5,      10,    30};
// From ten 384-dimensional vectors to millions of pairs; and parsing or printing a small body.
constexpr double kScoreSeconds[] = {0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005,
                                    0.001,   0.0025,   0.005,   0.01,   0.025,   0.05,
                                    0.1,     0.25,     0.5,     1,      5,       30};
constexpr double kJobs[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
constexpr double kRows[] = {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576};

constexpr std::array kFamilies = {
    // HTTP
    counter("qr_http_requests_total", "requests", "Requests answered.", {kRoute, kStatus},
            {Panel{"Requests a second, by route",
                   "sum by (route) (rate(qr_http_requests_total[$__rate_interval]))"},
             Panel{"Server errors, as a share of requests",
                   "sum(rate(qr_http_requests_total{status=\"5xx\"}[$__rate_interval])) / "
                   "sum(rate(qr_http_requests_total[$__rate_interval]))"}}),
    histogram("qr_http_request_seconds", "seconds",
              "From the first byte of a request's head to the last byte of its answer.",
              kRequestSeconds, {kRoute},
              {Panel{"Request time, 99th percentile by route",
                     "histogram_quantile(0.99, sum by (le, route) "
                     "(rate(qr_http_request_seconds_bucket[$__rate_interval])))"},
               Panel{"Request time, mean by route",
                     "sum by (route) (rate(qr_http_request_seconds_sum[$__rate_interval])) / "
                     "sum by (route) (rate(qr_http_request_seconds_count[$__rate_interval]))"}}),
    counter(
        "qr_http_request_bytes_total", "bytes", "Bytes received in requests, heads included.", {},
        {Panel{"Bytes received a second", "rate(qr_http_request_bytes_total[$__rate_interval])"}}),
    counter("qr_http_response_bytes_total", "bytes", "Bytes sent in answers, heads included.", {},
            {Panel{"Bytes sent a second", "rate(qr_http_response_bytes_total[$__rate_interval])"}}),
    gauge("qr_http_connections", "connections", "Open connections.", {},
          {Panel{"Open connections", "qr_http_connections"}}),
    gauge("qr_http_requests_in_flight", "requests", "Requests being answered.", {},
          {Panel{"Requests in flight", "qr_http_requests_in_flight"}}),
    counter("qr_errors_total", "requests", "Errors answered, by their code.", {kCode},
            {Panel{"Errors a second, by code",
                   "sum by (code) (rate(qr_errors_total[$__rate_interval]))"}}),
    histogram("qr_stage_seconds", "seconds",
              "Time that a scored request spent in each of its stages.", kScoreSeconds, {kStage},
              {Panel{"Where a request's time goes, mean by stage",
                     "sum by (stage) (rate(qr_stage_seconds_sum[$__rate_interval])) / "
                     "sum by (stage) (rate(qr_stage_seconds_count[$__rate_interval]))"},
               Panel{"Stage time, 99th percentile",
                     "histogram_quantile(0.99, sum by (le, stage) "
                     "(rate(qr_stage_seconds_bucket[$__rate_interval])))"}}),

    // Admission
    gauge("qr_admission_jobs", "jobs", "Requests in progress, waiting ones included.", {},
          {Panel{"Share of the places taken", "qr_admission_jobs / qr_admission_jobs_limit"}}),
    gauge("qr_admission_jobs_limit", "jobs", "Requests that may be in progress at once.", {},
          {Panel{"Places", "qr_admission_jobs_limit"}}),
    gauge("qr_admission_rows", "rows", "Documents of the requests in progress.", {},
          {Panel{"Share of the rows taken", "qr_admission_rows / qr_admission_rows_limit"}}),
    gauge("qr_admission_rows_limit", "rows", "Documents that may be in progress at once.", {},
          {Panel{"Rows allowed", "qr_admission_rows_limit"}}),
    gauge("qr_admission_bytes", "bytes", "Bodies of the requests in progress.", {},
          {Panel{"Share of the bytes taken", "qr_admission_bytes / qr_admission_bytes_limit"}}),
    gauge("qr_admission_bytes_limit", "bytes", "Bodies that may be in progress at once.", {},
          {Panel{"Bytes allowed", "qr_admission_bytes_limit"}}),
    counter("qr_admission_refusals_total", "requests",
            "Requests answered 429, by the limit that they met.",
            {MetricLabel{"reason", listed, kRefusals}},
            {Panel{"Refusals a second, by limit",
                   "sum by (reason) (rate(qr_admission_refusals_total[$__rate_interval]))"}}),

    // Queue
    gauge("qr_queue_jobs", "jobs", "Jobs that wait for the backend.", {},
          {Panel{"Jobs waiting", "qr_queue_jobs"}}),
    gauge("qr_queue_rows", "rows", "Documents of the jobs that wait for the backend.", {},
          {Panel{"Rows waiting", "qr_queue_rows"}}),
    histogram("qr_queue_wait_seconds", "seconds", "Time a job waited for the backend.",
              kRequestSeconds, {},
              {Panel{"Queue wait, 99th percentile",
                     "histogram_quantile(0.99, sum by (le) "
                     "(rate(qr_queue_wait_seconds_bucket[$__rate_interval])))"}}),
    counter("qr_jobs_unscored_total", "jobs", "Jobs answered without scores, by the reason.",
            {MetricLabel{"reason", listed, kUnscored}},
            {Panel{"Jobs given up a second, by reason",
                   "sum by (reason) (rate(qr_jobs_unscored_total[$__rate_interval]))"}}),

    // Encoder
    counter("qr_encoder_calls_total", "calls",
            "Calls of the embedding service, repetitions included.", {},
            {Panel{"Calls of the embedding service a second",
                   "rate(qr_encoder_calls_total[$__rate_interval])"}}),
    counter("qr_encoder_failed_calls_total", "calls", "Calls of the embedding service that failed.",
            {},
            {Panel{"Failed calls of the embedding service, as a share",
                   "rate(qr_encoder_failed_calls_total[$__rate_interval]) / "
                   "rate(qr_encoder_calls_total[$__rate_interval])"}}),
    counter("qr_encoder_repeated_calls_total", "calls",
            "Calls of the embedding service that repeated a failed one.", {},
            {Panel{"Repeated calls of the embedding service a second",
                   "rate(qr_encoder_repeated_calls_total[$__rate_interval])"}}),
    counter("qr_encoder_cache_hits_total", "texts",
            "Texts whose vectors were at hand, so that the service was not asked.", {},
            {Panel{"Texts whose vectors were at hand, as a share",
                   "rate(qr_encoder_cache_hits_total[$__rate_interval]) / "
                   "(rate(qr_encoder_cache_hits_total[$__rate_interval]) + "
                   "rate(qr_encoder_cache_misses_total[$__rate_interval]))"}}),
    counter("qr_encoder_cache_misses_total", "texts", "Texts that the service was asked for.", {},
            {Panel{"Texts that the service was asked for a second",
                   "rate(qr_encoder_cache_misses_total[$__rate_interval])"}}),
    gauge("qr_encoder_cache_bytes", "bytes", "Memory of the vectors that are kept by their text.",
          {}, {Panel{"Memory of kept vectors", "qr_encoder_cache_bytes"}}),
    gauge("qr_encoder_waiting_texts", "texts", "Texts that wait to leave for the service.", {},
          {Panel{"Texts waiting for the embedding service", "qr_encoder_waiting_texts"}}),
    gauge("qr_encoder_shut_off", "truth",
          "1 while the embedding service fails and is not asked for a while.", {},
          {Panel{"The embedding service is not asked", "qr_encoder_shut_off"}}),

    // Batches and lanes
    histogram("qr_batch_jobs", "jobs", "Jobs scored together in one batch.", kJobs, {},
              {Panel{"Jobs a batch, mean",
                     "rate(qr_batch_jobs_sum[$__rate_interval]) / "
                     "rate(qr_batch_jobs_count[$__rate_interval])"}}),
    histogram("qr_batch_rows", "rows", "Documents scored together in one batch.", kRows, {},
              {Panel{"Rows a batch, mean",
                     "rate(qr_batch_rows_sum[$__rate_interval]) / "
                     "rate(qr_batch_rows_count[$__rate_interval])"}}),
    histogram("qr_batch_seconds", "seconds",
              "Time a batch took in the backend, by the backend that scored it.", kScoreSeconds,
              {kBackend},
              {Panel{"Batch time, 99th percentile by backend",
                     "histogram_quantile(0.99, sum by (le, backend) "
                     "(rate(qr_batch_seconds_bucket[$__rate_interval])))"},
               Panel{"Batches a second, by backend",
                     "sum by (backend) (rate(qr_batch_seconds_count[$__rate_interval]))"}}),
    counter("qr_batches_failed_total", "batches",
            "Batches that no backend scored, by the backend that was asked last.",
            {kBackend, MetricLabel{"code", listed, kBatchCodes}},
            {Panel{"Batches failed a second",
                   "sum by (backend, code) (rate(qr_batches_failed_total[$__rate_interval]))"}}),
    counter("qr_scored_pairs_total", "pairs",
            "Query-document pairs scored, by the backend that did it.", {kBackend},
            {Panel{"Pairs scored a second, by backend",
                   "sum by (backend) (rate(qr_scored_pairs_total[$__rate_interval]))"}}),
    counter(
        "qr_scored_documents_total", "rows", "Documents scored, once per request.", {},
        {Panel{"Documents scored a second", "rate(qr_scored_documents_total[$__rate_interval])"}}),
    counter("qr_slices_dropped_total", "slices",
            "Parts of jobs that were in a batch but not computed, because nobody wanted them.", {},
            {Panel{"Slices dropped a second", "rate(qr_slices_dropped_total[$__rate_interval])"}}),
    counter("qr_lane_busy_seconds_total", "seconds", "Time a lane spent in the backend.", {kLane},
            {Panel{"Utilisation, by lane",
                   "sum by (lane) (rate(qr_lane_busy_seconds_total[$__rate_interval]))"}}),
    gauge("qr_lane_busy", "0 or 1", "1 while a lane is in the backend, else 0.", {kLane},
          {Panel{"Lanes busy now", "sum(qr_lane_busy)"}}),

    // Routing between a device and the CPU
    counter("qr_router_decisions_total", "batches",
            "Batches by the side that they were sent to and why; nothing without a device to "
            "choose.",
            {kSide, MetricLabel{"reason", listed, kRouteReasons}},
            {Panel{"Batches a second, by side and reason",
                   "sum by (side, reason) (rate(qr_router_decisions_total[$__rate_interval]))"}}),
    counter("qr_router_estimated_seconds_total", "seconds",
            "Time that batches were estimated to take, waiting included; small ones are not "
            "estimated.",
            {kSide},
            {Panel{"Real time for an estimated second, by side",
                   "sum by (side) (rate(qr_router_actual_seconds_total[$__rate_interval])) / "
                   "sum by (side) (rate(qr_router_estimated_seconds_total[$__rate_interval]))"}}),
    counter("qr_router_actual_seconds_total", "seconds", "Time that the same batches took.",
            {kSide},
            {Panel{"Batches under way, mean by side",
                   "sum by (side) (rate(qr_router_actual_seconds_total[$__rate_interval]))"}}),
    gauge("qr_router_cost_seconds", "seconds",
          "What one of it costs a side, as measured at start; `batch`: before any work.",
          {kSide, MetricLabel{"per", listed, kCosts}},
          {Panel{"Costs as measured at start", "max by (side, per) (qr_router_cost_seconds)"}}),
    gauge("qr_router_drift_ratio", "ratio",
          "What estimates are multiplied by now, because batches took longer or shorter.", {kSide},
          {Panel{"Drift of estimates, by side", "max by (side) (qr_router_drift_ratio)"}}),
    gauge(
        "qr_staging_bytes", "bytes",
        "Memory that a device reads without a copy, in use by requests.", {},
        {Panel{"Share of the staging memory in use", "qr_staging_bytes / qr_staging_bytes_limit"}}),
    gauge("qr_staging_bytes_limit", "bytes", "Memory that a device reads without a copy.", {},
          {Panel{"Staging memory", "qr_staging_bytes_limit"}}),
    counter("qr_staging_misses_total", "buffers",
            "Buffers for vectors that found no room there and lie in ordinary memory.", {},
            {Panel{"Buffers beside the staging memory a second",
                   "rate(qr_staging_misses_total[$__rate_interval])"}}),

    // Health
    gauge("qr_ready", "0 or 1", "1 while the server takes requests, else 0.", {},
          {Panel{"Servers ready", "sum(qr_ready)"}}),
    gauge("qr_health_state", "0 or 1", "1 for the state that the server is in, else 0.",
          {MetricLabel{"state", listed, kStates}},
          {Panel{"Servers, by state", "sum by (state) (qr_health_state)"}}),
    gauge("qr_degraded", "0 or 1", "1 while another backend serves than the one chosen, else 0.",
          {}, {Panel{"Servers degraded", "sum(qr_degraded)"}}),
    counter("qr_failovers_total", "failovers",
            "Batches that the device failed and another backend scored, and canaries that found it "
            "lost, by the reason.",
            {MetricLabel{"reason", listed, kFailovers}},
            {Panel{"Failovers a second, by reason",
                   "sum by (reason) (rate(qr_failovers_total[$__rate_interval]))"}}),
    counter("qr_canaries_total", "canaries",
            "Checks of a backend with known states and known scores, by their result.",
            {kBackend, MetricLabel{"result", listed, kCanaryResults}},
            {Panel{"Canaries that did not pass, a second",
                   "sum by (backend, result) "
                   "(rate(qr_canaries_total{result!=\"passed\"}[$__rate_interval]))"}}),
    histogram("qr_canary_seconds", "seconds", "Time a canary took.", kScoreSeconds, {kBackend},
              {Panel{"Canary time, 99th percentile by backend",
                     "histogram_quantile(0.99, sum by (le, backend) "
                     "(rate(qr_canary_seconds_bucket[$__rate_interval])))"}}),
    gauge("qr_canary_last_pass_timestamp_seconds", "seconds since 1970",
          "When a backend's canary passed last; 0: never.", {kBackend},
          {Panel{"Since a backend's canary passed",
                 "time() - (qr_canary_last_pass_timestamp_seconds > 0)"}}),
    gauge("qr_heartbeat_age_seconds", "seconds",
          "How long the slowest of the watched parts (lanes, event loops) has not moved.", {},
          {Panel{"Heartbeat age", "max(qr_heartbeat_age_seconds)"}}),

    // Devices
    gauge("qr_device_temperature_celsius", "degrees Celsius", "Temperature of a device.",
          {kDevice, kUuid}, {Panel{"Temperature, by device", "qr_device_temperature_celsius"}}),
    gauge("qr_device_memory_used_bytes", "bytes", "Device memory in use, by every process.",
          {kDevice, kUuid},
          {Panel{"Share of device memory in use",
                 "qr_device_memory_used_bytes / qr_device_memory_total_bytes"}}),
    gauge("qr_device_memory_total_bytes", "bytes", "Device memory there is.", {kDevice, kUuid},
          {Panel{"Device memory", "qr_device_memory_total_bytes"}}),
    gauge("qr_device_planned_bytes", "bytes",
          "Device memory that this server took when it started.", {kDevice, kUuid},
          {Panel{"Device memory planned", "qr_device_planned_bytes"}}),
    gauge("qr_device_utilisation_ratio", "0 to 1",
          "Share of the driver's last sampling period in which any process used the device.",
          {kDevice, kUuid}, {Panel{"Utilisation, by device", "qr_device_utilisation_ratio"}}),
    gauge("qr_device_power_watts", "watts", "Power that a device draws.", {kDevice, kUuid},
          {Panel{"Power, by device", "qr_device_power_watts"}}),
    counter("qr_device_ecc_errors_total", "errors",
            "Memory errors of a device since its driver was loaded.",
            {kDevice, kUuid, MetricLabel{"kind", listed, kEccKinds}},
            {Panel{"Uncorrected memory errors in the last hour",
                   "increase(qr_device_ecc_errors_total{kind=\"uncorrected\"}[1h])"}}),
    counter("qr_device_xid_errors_total", "errors",
            "Xid errors that the driver reported of a device since this server started.",
            {kDevice, kUuid},
            {Panel{"Xid errors in the last hour", "increase(qr_device_xid_errors_total[1h])"}}),
    gauge("qr_device_throttled", "0 or 1", "1 while a device's clocks are held down, by reason.",
          {kDevice, kUuid, MetricLabel{"reason", listed, kThrottles}},
          {Panel{"Throttled, by reason", "sum by (device, reason) (qr_device_throttled)"}}),
    gauge("qr_device_lost", "0 or 1",
          "1 once a device has failed for good: it scores nothing until the server is restarted.",
          {kDevice, kUuid}, {Panel{"Devices lost", "sum(qr_device_lost)"}}),
    counter(
        "qr_device_batches_total", "batches", "Batches that a device scored or refused.",
        {kDevice, kUuid},
        {Panel{"Batches a second, by device", "rate(qr_device_batches_total[$__rate_interval])"}}),
    gauge("qr_device_seen_age_seconds", "seconds",
          "How long ago the driver last answered; older figures than a few seconds mean that it "
          "hangs.",
          {kDevice, kUuid},
          {Panel{"Age of the device figures", "max(qr_device_seen_age_seconds)"}}),

    // The process
    counter("qr_config_reloads_total", "reloads", "Reloads of the configuration, by their result.",
            {MetricLabel{"result", listed, kReloads}},
            {Panel{"Reloads refused in the last hour",
                   "sum(increase(qr_config_reloads_total{result=\"refused\"}[1h]))"}}),
    counter(
        "qr_log_lines_dropped_total", "lines", "Log lines lost because their reader was too slow.",
        {},
        {Panel{"Log lines lost a second", "rate(qr_log_lines_dropped_total[$__rate_interval])"}}),
    gauge("qr_build_info", "1", "1; the version is in the label.", {kVersion},
          {Panel{"Servers, by version", "sum by (version) (qr_build_info)"}}),
    counter("process_cpu_seconds_total", "seconds",
            "Total user and system CPU time spent in seconds.", {},
            {Panel{"Cores used", "rate(process_cpu_seconds_total[$__rate_interval])"}}),
    gauge("process_start_time_seconds", "seconds since 1970",
          "Start time of the process since unix epoch in seconds.", {},
          {Panel{"Uptime", "time() - process_start_time_seconds"}}),
    gauge("process_resident_memory_bytes", "bytes", "Resident memory size in bytes.", {},
          {Panel{"Resident memory", "process_resident_memory_bytes"}}),
    gauge("process_virtual_memory_bytes", "bytes", "Virtual memory size in bytes.", {},
          {Panel{"Virtual memory", "process_virtual_memory_bytes"}}),
    gauge("process_open_fds", "files", "Number of open file descriptors.", {},
          {Panel{"Share of the file descriptors in use", "process_open_fds / process_max_fds"}}),
    gauge("process_max_fds", "files", "Maximum number of open file descriptors.", {},
          {Panel{"File descriptors allowed", "process_max_fds"}}),
};

}  // namespace

std::span<const MetricFamily> metric_families() {
    static const std::vector<MetricFamily> all = [] {
        std::vector<MetricFamily> families(kFamilies.begin(), kFamilies.end());
        const auto more = collection_metric_families();
        families.insert(families.end(), more.begin(), more.end());
        return families;
    }();
    return all;
}

const MetricFamily* find_metric_family(std::string_view name) {
    for (const MetricFamily& family : metric_families()) {
        if (family.name == name) return &family;
    }
    return nullptr;
}

}  // namespace qr
