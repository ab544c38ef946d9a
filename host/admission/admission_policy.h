// Whether one more request may begin: the one decision about load, taken at a request's head.
//
// Pure: no lock, no clock. It sees counts and the announced length of the body and nothing of the
// body's form, so every form of the same request gets the same answer. A request's rows are known
// only once it is parsed, when it is refused no more: what is in progress may pass rows_max and, by
// bodies that grow as they are decoded, bytes_max. jobs_max bounds by how much: at most jobs_max
// requests, each held to the limits of a single one (max_client_batch_size, payload_limit).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "host/base/error.h"

namespace qr {

struct AdmissionLimits {
    std::size_t jobs_max = 512;
    std::size_t rows_max = 1'000'000;
    std::size_t bytes_max = std::size_t{1} << 30;
    std::size_t tenant_share_percent = 75;  // of jobs_max
    std::size_t tenants = 0;                // API keys; from two on, none may hold more

    // Places one tenant may hold.
    std::size_t tenant_jobs_max() const;
};

// What holds places now.
struct InProgress {
    std::size_t jobs = 0;
    std::size_t rows = 0;         // of those that have been parsed
    std::size_t bytes = 0;        // announced, or true once parsed
    std::size_t tenant_jobs = 0;  // of the tenant that asks
};

enum class RefusalReason : std::uint8_t { jobs, tenant, rows, bytes };
inline constexpr std::size_t kRefusalReasons = 4;
std::string_view to_string(RefusalReason reason);

struct Overload {
    RefusalReason reason = RefusalReason::jobs;
    std::size_t found = 0;  // in progress already
    std::size_t allowed = 0;
};

// Empty: admitted. `content_length` is absent for a body whose length is not announced; it counts
// as one byte, so it is refused once there is no room at all. A request that would be alone is
// never too many bytes.
std::optional<Overload> refusal_of(const AdmissionLimits& limits, const InProgress& in_progress,
                                   std::optional<std::size_t> content_length);

// `overloaded`, naming reason, found and allowed.
Error error_of(const Overload& overload, std::optional<std::size_t> content_length);

}  // namespace qr
