#include "server/filters/cors.h"

#include <algorithm>

namespace qr {
namespace {

std::string join(const std::vector<http::Verb>& verbs) {
    std::string list;
    for (const http::Verb verb : verbs) {
        if (!list.empty()) list += ", ";
        list += http::to_string(verb);
    }
    return list;
}

}  // namespace

bool Cors::allows(std::string_view origin) const {
    return !origin.empty() && std::any_of(allowed_.begin(), allowed_.end(), [&](const auto& each) {
        return each == "*" || each == origin;
    });
}

void Cors::decorate(const http::Request& request, http::Response& response) const {
    if (allowed_.empty()) return;
    response.fields.add("Vary", "Origin");
    const std::string_view origin = request.fields.get("origin");
    if (!allows(origin)) return;
    response.fields.add("Access-Control-Allow-Origin", std::string(origin));
    response.fields.add("Access-Control-Expose-Headers",
                        "X-Request-Id, Server-Timing, Retry-After, retry-after-ms, x-compute-type, "
                        "x-total-time, x-queue-time, x-inference-time, x-compute-time");
}

http::Response Cors::preflight(const http::Request& request,
                               const std::vector<http::Verb>& verbs) const {
    http::Response response{.status = 204, .content_type = {}};
    const std::string methods = join(verbs);
    response.fields.add("Allow", methods);
    if (allows(request.fields.get("origin"))) {
        response.fields.add("Access-Control-Allow-Methods", methods);
        response.fields.add("Access-Control-Allow-Headers",
                            "Authorization, Content-Type, Content-Encoding, "
                            "Inference-Header-Content-Length, X-Request-Id, traceparent");
        response.fields.add("Access-Control-Max-Age", "86400");
    }
    return response;
}

}  // namespace qr
