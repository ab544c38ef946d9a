// What the configuration says of backends: the same for serve, rerank and doctor.
#pragma once

#include "host/backend/backends.h"
#include "server/config/config.h"

namespace qr {

inline BackendOptions backend_options_of(const Config& config) {
    BackendOptions options{.threads = config.backend_threads};
    options.cuda = {.path = config.cuda_module, .staging_bytes = config.staging_bytes};
    return options;
}

}  // namespace qr
