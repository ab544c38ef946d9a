#include "host/text/remote/backoff.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace qr {

Duration backoff(const RepeatTerms& terms, unsigned attempt, double uniform) {
    Duration whole = std::min(terms.backoff, terms.backoff_max);
    for (unsigned step = 1; step < attempt && whole < terms.backoff_max; ++step)
        whole = std::min(whole * 2, terms.backoff_max);
    return std::chrono::duration_cast<Duration>(whole * (0.5 + uniform / 2));
}

std::optional<Duration> parse_retry_after_ms(std::string_view value) {
    constexpr double kDayMs = 86'400'000;  // longer is no promise that anybody would wait for
    double milliseconds = 0;
    const char* const end = value.data() + value.size();
    const auto [stopped, error] = std::from_chars(value.data(), end, milliseconds);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    if (!(milliseconds >= 0 && milliseconds <= kDayMs)) return std::nullopt;
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::milli>(milliseconds));
}

}  // namespace qr
