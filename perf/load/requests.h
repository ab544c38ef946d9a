// What flags or scenario say about one request, still as text; judged here, with the bodies of all
// bounded before any is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "perf/load/plan.h"
#include "perf/load/settings.h"

namespace qr::load {

struct RequestSettings {
    Setting name, weight, method, path, format, collection, queries, k, documents, dimension, words,
        top_n, variants;
    std::vector<Given> headers, bodies;
    std::string origin;  // of the request as a whole
};

// `seed` is that of generated bodies. Errors: `invalid`.
Result<std::vector<Request>> read_requests(const std::vector<RequestSettings>& all,
                                           std::uint64_t seed);

}  // namespace qr::load
