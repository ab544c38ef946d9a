#include "server/app/live_settings.h"

#include "server/app/request_limits.h"

namespace qr {

LiveSettings::LiveSettings(const Config& config)
    : authenticator(config.api_key),
      cors(config.cors_allow_origin),
      limits{.rerank = rerank_limits_of(config),
             .parse = parse_limits_of(config),
             .default_timeout = config.default_timeout},
      shed_percent(config.shed_percent) {}

AdmissionLimits admission_limits_of(const Config& config) {
    return {.jobs_max = config.max_concurrent_requests,
            .rows_max = config.queue_rows_max,
            .bytes_max = config.queue_bytes_max,
            .tenant_share_percent = config.max_tenant_share_percent,
            .tenants = config.api_key.size()};
}

}  // namespace qr
