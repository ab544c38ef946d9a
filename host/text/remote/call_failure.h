// Why a call brought no vectors, and what follows from that.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "host/base/clock.h"
#include "host/text/remote/http_call.h"

namespace qr {

enum class FailureKind : std::uint8_t {
    unreachable,    // no connection, or it broke
    timed_out,      // no answer in the time of options.timeout
    busy,           // 429, 408
    broken,         // 5xx
    refused_texts,  // 400, 413, 422: something of the texts themselves
    refused_key,    // 401, 403
    unexpected,     // any other status
    garbled,        // an answer that does not fit what was asked
    cut_short,      // the jobs' own deadline ended the call: says nothing of the service
};
inline constexpr std::size_t kFailureKinds = 9;
std::string_view to_string(FailureKind kind);

struct CallFailure {
    FailureKind kind = FailureKind::unreachable;
    std::string message;  // what follows "encoder http://...: "
    std::optional<Duration> retry_after = {};
};

// Whether the same call may go better a little later.
bool may_repeat(FailureKind kind);
// Whether the breaker counts it. A busy service is well, and refused texts are their client's.
bool blames_service(FailureKind kind);

// Empty for 200 with a body. `key` never appears in what is told, should the service repeat it.
std::optional<CallFailure> failure_of(const HttpAnswer& answer, std::string_view key);

}  // namespace qr
