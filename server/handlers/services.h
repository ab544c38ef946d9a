// What handlers may use, and what one scoring request has been granted.
#pragma once

#include <chrono>

#include "host/admission/admission.h"
#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/metrics.h"
#include "host/batching/batcher.h"
#include "host/rerank/reranker.h"
#include "host/text/encoder.h"
#include "server/dialects/native.h"

namespace qr {

// References into the composition root, which outlives every request.
struct Services {
    const Clock& clock;
    BufferPool& buffers;
    Batcher& batcher;
    Metrics& metrics;
    Encoder* encoder = nullptr;  // null: texts are refused
};

struct RequestLimits {
    RerankLimits rerank;
    native::ParseLimits parse;
    std::chrono::milliseconds default_timeout;
};

// Settled at the request's head and kept until its answer is out, whatever is reloaded meanwhile.
struct Grant {
    const RequestLimits& limits;
    Place& place;
};

}  // namespace qr
