// Errors and bodies as HTTP responses of the native dialect, and the payload inside a request.
#pragma once

#include "host/base/error.h"
#include "server/dialects/native.h"
#include "server/http/message.h"

namespace qr {

// Adds Retry-After to 429 and 503, Allow to 405 and WWW-Authenticate to 401.
http::Response error_response(const Error& error, const http::Request& request);

http::Response json_response(std::string body);

// Takes the body out of the request. Errors: `unsupported_media_type`; `invalid` for a bad
// Inference-Header-Content-Length.
Result<native::Payload> take_payload(http::Request& request);

}  // namespace qr
