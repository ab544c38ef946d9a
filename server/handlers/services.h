// What handlers may use, and what one scoring request has been granted.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>

#include "host/admission/admission.h"
#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/metrics.h"
#include "host/base/work_pool.h"
#include "host/batching/batcher.h"
#include "host/collection/catalog.h"
#include "host/collection/search_desk.h"
#include "host/rerank/reranker.h"
#include "host/text/encoder.h"
#include "server/dialects/native.h"

namespace qr {

// What requests about collections use.
struct CollectionServices {
    Catalog& catalog;
    SearchDesk& desk;
    WorkPool& work;           // for what a request waits for: commits, look-ups, scores by id
    WorkPool& chores;         // for what may take minutes: snapshots, loading
    std::string_view engine;  // that searches
    const std::filesystem::path snapshot_dir;  // empty: no snapshots
};

// References into the composition root, which outlives every request.
struct Services {
    const Clock& clock;
    BufferPool& buffers;
    Batcher& batcher;
    Metrics& metrics;
    Encoder* encoder = nullptr;                       // null: texts are refused
    const CollectionServices* collections = nullptr;  // null: this server keeps none
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
