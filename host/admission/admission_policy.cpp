#include "host/admission/admission_policy.h"

#include <algorithm>
#include <array>
#include <string>

namespace qr {
namespace {

constexpr std::array<std::string_view, kRefusalReasons> kReasonNames = {"jobs", "tenant", "rows",
                                                                        "bytes"};
constexpr std::array<std::string_view, kRefusalReasons> kWhat = {
    "requests in progress", "requests in progress of this API key",
    "documents of the requests in progress", "bytes of the requests in progress"};

std::size_t index_of(RefusalReason reason) {
    return static_cast<std::size_t>(reason);
}

}  // namespace

std::string_view to_string(RefusalReason reason) {
    return kReasonNames.at(index_of(reason));
}

std::size_t AdmissionLimits::tenant_jobs_max() const {
    if (tenants < 2) return jobs_max;
    return std::max<std::size_t>(1, jobs_max * tenant_share_percent / 100);
}

std::optional<Overload> refusal_of(const AdmissionLimits& limits, const InProgress& in_progress,
                                   std::optional<std::size_t> content_length) {
    if (in_progress.jobs >= limits.jobs_max) {
        return Overload{RefusalReason::jobs, in_progress.jobs, limits.jobs_max};
    }
    if (in_progress.tenant_jobs >= limits.tenant_jobs_max()) {
        return Overload{RefusalReason::tenant, in_progress.tenant_jobs, limits.tenant_jobs_max()};
    }
    if (in_progress.rows >= limits.rows_max) {
        return Overload{RefusalReason::rows, in_progress.rows, limits.rows_max};
    }
    // Subtracted, not added: an announced length may be as large as a number gets.
    const std::size_t room = limits.bytes_max - std::min(limits.bytes_max, in_progress.bytes);
    if (in_progress.jobs > 0 && content_length.value_or(1) > room) {
        return Overload{RefusalReason::bytes, in_progress.bytes, limits.bytes_max};
    }
    return std::nullopt;
}

Error error_of(const Overload& overload, std::optional<std::size_t> content_length) {
    const std::string found = std::to_string(overload.found);
    const std::string allowed = std::to_string(overload.allowed);
    std::string message = std::string(kWhat.at(index_of(overload.reason))) + ": found " + found;
    if (overload.reason == RefusalReason::bytes && content_length) {
        message += " and " + std::to_string(*content_length) + " of this one";
    }
    message += ", allowed " + allowed + "; try again as Retry-After says";
    return {.code = Code::overloaded,
            .message = std::move(message),
            .found = found,
            .allowed = allowed,
            .reason = std::string(to_string(overload.reason))};
}

}  // namespace qr
