// What the app holds for one request, from its head to the last byte of its answer.
#pragma once

#include "host/admission/admission.h"
#include "server/app/live_settings.h"
#include "server/http/message.h"

namespace qr {

struct RequestContext {
    CurrentSettings::Snapshot settings;
    Place place;  // of a scoring request

    Grant grant() { return {.limits = settings->limits, .place = place}; }
};

// Null for what never became a request: bad framing, a connection too many.
inline RequestContext* context_of(const http::Request& request) {
    return static_cast<RequestContext*>(request.held.get());
}

}  // namespace qr
