// Errors and bodies as HTTP responses, and the payload inside a request.
#pragma once

#include "host/base/clock.h"
#include "host/base/error.h"
#include "server/dialects/dialect.h"
#include "server/http/message.h"

namespace qr {

// Adds Retry-After to 429 and 503, Allow to 405 and WWW-Authenticate to 401. Whoever knows better
// than `retry_after` when to come back says so.
http::Response error_response(const Error& error, const http::Request& request,
                              dialects::Dialect dialect,
                              Duration retry_after = std::chrono::seconds(1));
// In the dialect of the path: what else is known before the body has been read?
http::Response error_response(const Error& error, const http::Request& request,
                              Duration retry_after = std::chrono::seconds(1));

// Retry-After in whole seconds, rounded up, and retry-after-ms, which some clients prefer.
void add_retry_after(http::Response& response, Duration time);

http::Response json_response(std::string body);
// JSON, or JSON and tensors with their Inference-Header-Content-Length.
http::Response answer_response(dialects::Answer answer);

// Whether a Content-Type names that media type, whatever its parameters; `wanted` in lower case.
bool is_media_type(std::string_view content_type, std::string_view wanted);

// Takes the body out of the request. Errors: `unsupported_media_type`; `invalid` for a bad
// Inference-Header-Content-Length.
Result<native::Payload> take_payload(http::Request& request);

}  // namespace qr
