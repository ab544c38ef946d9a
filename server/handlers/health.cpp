#include "server/handlers/health.h"

#include <utility>

#include "host/base/version.h"
#include "server/handlers/respond.h"
#include "server/json/writer.h"

namespace qr {
namespace {

std::string print_status(std::string_view status) {
    json::Writer out;
    out.begin_object();
    out.field("status", status);
    out.end_object();
    return std::move(out).take();
}

void write_backend(json::Writer& out, const HealthSnapshot::Backend& backend) {
    out.begin_object();
    out.field("name", backend.name);
    out.field("device", backend.capabilities.device);
    out.field("instruction_set", backend.capabilities.instruction_set);
    out.key("threads");
    out.integer(backend.capabilities.threads);
    out.key("self_test");
    out.begin_object();
    out.key("pairs");
    out.integer(backend.self_test.pairs);
    out.key("max_abs_error");
    out.number(backend.self_test.max_abs_error);
    out.key("microseconds");
    out.number(backend.self_test.microseconds);
    out.end_object();
    out.end_object();
}

}  // namespace

std::string print_liveness() {
    return print_status("live");
}

http::Response readiness_response(State state) {
    http::Response response;
    response.body = print_status(to_string(state));
    if (state != State::ready) {
        response.status = 503;
        add_retry_after(response, std::chrono::seconds(1));
    }
    return response;
}

std::string print_health(const HealthSnapshot& snapshot) {
    json::Writer out;
    out.begin_object();
    out.field("status", to_string(snapshot.state));
    out.field("version", version());
    out.key("uptime_seconds");
    out.number(std::chrono::duration<double>(snapshot.uptime).count());
    out.key("connections");
    out.integer(snapshot.connections);
    out.key("requests_in_flight");
    out.integer(snapshot.requests_in_flight);
    out.key("queue_jobs");
    out.integer(snapshot.queue_jobs);
    out.key("backends");
    out.begin_array();
    if (snapshot.backend) write_backend(out, *snapshot.backend);
    out.end_array();
    out.end_object();
    return std::move(out).take();
}

}  // namespace qr
