// The two ids that tie a request to log lines elsewhere, checked before they reach ours.
#pragma once

#include <string>
#include <string_view>

#include "server/http/message.h"

namespace qr::http {

// 1..128 characters of [A-Za-z0-9._:-].
bool is_request_id(std::string_view text);

// 128 random bits as 32 hexadecimal digits: unique, not secret. Thread-safe without a lock.
std::string make_request_id();

// W3C Trace Context, traceparent: "00-<32 hex>-<16 hex>-<2 hex>", lower case, ids not all zero; a
// later version may carry more behind a '-'.
bool is_traceparent(std::string_view text);

// Sets request.id from X-Request-Id or makes one; drops traceparent and tracestate unless there is
// exactly one traceparent and it is valid.
void identify(Request& request);

}  // namespace qr::http
