#include "host/text/remote/retry_after.h"

#include <algorithm>
#include <chrono>

#include "host/text/remote/backoff.h"

namespace qr {

std::optional<Duration> retry_after(CURL* easy) {
    curl_header* field = nullptr;
    if (curl_easy_header(easy, "retry-after-ms", 0, CURLH_HEADER, -1, &field) == CURLHE_OK) {
        if (const auto precise = parse_retry_after_ms(field->value)) return precise;
    }
    curl_off_t seconds = 0;
    curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds <= 0) return std::nullopt;
    constexpr curl_off_t kDay = 86'400;
    return std::chrono::seconds(std::min(seconds, kDay));
}

}  // namespace qr
