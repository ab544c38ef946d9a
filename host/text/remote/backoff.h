// When a failed call is repeated.
#pragma once

#include <optional>
#include <string_view>

#include "host/base/clock.h"
#include "host/text/remote/remote_encoder_options.h"

namespace qr {

// `attempt` counts from 1, `uniform` lies in [0, 1): between half and all of the doubled time, so
// that clients that failed together do not return together.
Duration backoff(const RepeatTerms& terms, unsigned attempt, double uniform);

// The value of a `Retry-After-Ms` field: milliseconds, perhaps with a fraction.
std::optional<Duration> parse_retry_after_ms(std::string_view value);

}  // namespace qr
