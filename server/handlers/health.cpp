#include "server/handlers/health.h"

#include <utility>

#include "host/base/version.h"
#include "server/dialects/collection_print.h"
#include "server/handlers/device_fields.h"
#include "server/handlers/respond.h"
#include "server/json/writer.h"

namespace qr {
namespace {

constexpr std::string_view kLoading = "loading";

constexpr std::chrono::seconds kRetryAfter{1};

std::string print_status(std::string_view status) {
    json::Writer out;
    out.begin_object();
    out.field("status", status);
    out.end_object();
    return std::move(out).take();
}

void write_integer(json::Writer& out, std::string_view name, std::uint64_t value) {
    out.key(name);
    out.integer(value);
}

void write_seconds(json::Writer& out, std::string_view name, Duration duration) {
    out.key(name);
    out.number(in_seconds(duration));
}

// An age, or null where there has been none.
void write_age(json::Writer& out, std::string_view name, std::optional<TimePoint> at,
               TimePoint now) {
    if (at) return write_seconds(out, name, now - *at);
    out.key(name);
    out.null();
}

void write_admission(json::Writer& out, const AdmissionFigures& admitted) {
    out.key("admission");
    out.begin_object();
    write_integer(out, "jobs", admitted.jobs);
    write_integer(out, "jobs_max", admitted.limits.jobs_max);
    write_integer(out, "rows", admitted.rows);
    write_integer(out, "rows_max", admitted.limits.rows_max);
    write_integer(out, "bytes", admitted.bytes);
    write_integer(out, "bytes_max", admitted.limits.bytes_max);
    out.end_object();
}

void write_queue(json::Writer& out, const HealthSnapshot& snapshot) {
    out.key("queue");
    out.begin_object();
    write_integer(out, "jobs", snapshot.batcher.waiting_jobs);
    write_integer(out, "rows", snapshot.batcher.waiting_rows);
    write_age(out, "oldest_seconds", snapshot.batcher.oldest_waits_since, snapshot.now);
    out.end_object();
    out.key("lanes");
    out.begin_array();
    for (const LaneStatus& lane : snapshot.batcher.lanes) {
        out.begin_object();
        write_integer(out, "batches", lane.batches);
        write_seconds(out, "busy_seconds", lane.busy);
        write_age(out, "in_backend_seconds", lane.busy_since, snapshot.now);
        out.end_object();
    }
    out.end_array();
}

void write_self_test(json::Writer& out, const SelfTestReport& report) {
    out.key("self_test");
    out.begin_object();
    write_integer(out, "pairs", report.pairs);
    out.key("max_abs_error");
    out.number(report.max_abs_error);
    out.key("microseconds");
    out.number(report.microseconds);
    out.end_object();
}

void write_canary(json::Writer& out, const BackendHealth& backend, TimePoint now) {
    out.key("canary");
    if (!backend.canary) return out.null();
    const CanaryResult& result = backend.canary->result;
    out.begin_object();
    out.field("outcome", to_string(backend.is_overdue ? CanaryOutcome::overdue : result.outcome));
    write_age(out, "seconds_ago", backend.canary->at, now);
    out.key("microseconds");
    out.number(result.microseconds);
    if (!result.message.empty()) out.field("message", result.message);
    out.end_object();
}

void write_batch(json::Writer& out, const BackendHealth& backend, TimePoint now) {
    out.key("last_batch");
    if (!backend.batch) return out.null();
    out.begin_object();
    out.field("outcome", backend.batch->failed ? to_string(*backend.batch->failed) : "scored");
    write_age(out, "seconds_ago", backend.batch->at, now);
    out.end_object();
}

void write_last_error(json::Writer& out, const BackendHealth& backend, TimePoint now) {
    out.key("last_error");
    if (!backend.last_error) return out.null();
    out.begin_object();
    out.field("message", backend.last_error->what);
    write_age(out, "seconds_ago", backend.last_error->at, now);
    out.end_object();
}

void write_backend(json::Writer& out, const BackendHealth& backend,
                   const HealthSnapshot& snapshot) {
    out.begin_object();
    out.field("name", backend.name);
    out.field("device", backend.device);
    out.field("role", to_string(backend.role));
    out.key("is_sound");
    out.boolean(backend.is_sound);
    if (backend.role != BackendRole::secondary) {
        out.field("instruction_set", snapshot.capabilities.instruction_set);
        write_integer(out, "threads", snapshot.capabilities.threads);
        write_self_test(out, snapshot.self_test);
        if (!snapshot.devices.empty()) write_devices(out, snapshot.devices, snapshot.now);
    }
    write_canary(out, backend, snapshot.now);
    write_batch(out, backend, snapshot.now);
    write_last_error(out, backend, snapshot.now);
    out.end_object();
}

void write_failover(json::Writer& out, const HealthSnapshot& snapshot) {
    if (!snapshot.health.failover) return;
    const FailoverStatus& failover = *snapshot.health.failover;
    out.key("failover");
    out.begin_object();
    out.field("device", to_string(failover.state));
    write_age(out, "since_seconds", failover.since, snapshot.now);
    if (failover.reason) out.field("last_reason", to_string(*failover.reason));
    if (!failover.message.empty()) out.field("last_message", failover.message);
    write_integer(out, "batches_on_cpu", failover.batches_on_secondary);
    out.key("failovers");
    out.begin_object();
    for (std::size_t i = 0; i < kFailoverReasons; ++i) {
        write_integer(out, to_string(static_cast<FailoverReason>(i)), failover.failovers[i]);
    }
    out.end_object();
    out.end_object();
}

void write_collection(json::Writer& out, const CollectionInfo& info) {
    out.begin_object();
    out.field("name", info.name);
    out.field("state", collections::to_string(info.state));
    if (!info.why.empty()) out.field("why", info.why);
    if (info.state == CollectionState::loading) {
        out.key("loaded_share");
        out.number(info.loaded_share);
    }
    write_integer(out, "documents", info.documents);
    write_integer(out, "missing", info.missing);
    write_integer(out, "memory_bytes", info.memory_bytes);
    out.end_object();
}

void write_collections(json::Writer& out, const HealthSnapshot& snapshot) {
    if (!snapshot.store) return;
    out.key("collections");
    out.begin_array();
    for (const CollectionInfo& info : snapshot.collections)
        write_collection(out, info);
    out.end_array();
    out.key("store");
    out.begin_object();
    out.key("is_writable");
    out.boolean(snapshot.store->is_writable);
    if (!snapshot.store->why_not.empty()) out.field("why_not", snapshot.store->why_not);
    write_integer(out, "disk_bytes", snapshot.store->disk_bytes);
    out.key("damage");
    out.begin_array();
    for (const StoreDamage& damage : snapshot.store->damage)
        out.string(damage.what);
    out.end_array();
    out.end_object();
}

}  // namespace

std::string print_liveness() {
    return print_status("live");
}

http::Response readiness_response(Readiness readiness) {
    http::Response response;
    const bool is_loading = readiness.is_loading && readiness.state != HealthState::draining;
    response.body = print_status(is_loading ? kLoading : to_string(readiness.state));
    if (readiness.state == HealthState::degraded) response.fields.add("X-Degraded", "true");
    if (readiness.is_ready) return response;
    response.status = 503;
    add_retry_after(response, kRetryAfter);
    return response;
}

std::string print_health(const HealthSnapshot& snapshot) {
    json::Writer out;
    out.begin_object();
    out.field("status", to_string(snapshot.health.state));
    out.field("reason", snapshot.health.reason);
    write_age(out, "since_seconds", snapshot.health.since, snapshot.now);
    out.field("version", version());
    write_seconds(out, "uptime_seconds", snapshot.now - snapshot.started);
    write_integer(out, "connections", snapshot.connections);
    write_integer(out, "requests_in_flight", snapshot.requests_in_flight);
    write_admission(out, snapshot.admitted);
    write_queue(out, snapshot);
    out.key("backends");
    out.begin_array();
    for (const BackendHealth& backend : snapshot.health.backends)
        write_backend(out, backend, snapshot);
    out.end_array();
    write_failover(out, snapshot);
    write_collections(out, snapshot);
    out.end_object();
    return std::move(out).take();
}

}  // namespace qr
