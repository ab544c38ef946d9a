// What handlers may use: references into the composition root, which outlives every request.
#pragma once

#include <chrono>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/metrics.h"
#include "host/batching/batcher.h"
#include "host/rerank/reranker.h"
#include "server/app/server_state.h"
#include "server/dialects/native.h"

namespace qr {

struct Services {
    const Clock& clock;
    BufferPool& buffers;
    Batcher& batcher;
    Metrics& metrics;
    RerankLimits rerank_limits;
    native::ParseLimits parse_limits;
    std::chrono::milliseconds default_timeout;
};

}  // namespace qr
