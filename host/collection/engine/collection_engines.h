// The registry: every collection engine by name, in order of preference. As
// host/backend/backends.h.
//
// Adding an engine is one class and one line here; the contract suite picks it up by itself.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "host/backend/cuda/module.h"
#include "host/collection/engine/collection_engine.h"

namespace qr {

struct EngineOptions {
    std::size_t threads = 0;     // the calling thread included; 0 = one per online core
    std::size_t memory_max = 0;  // bytes that all tables may take together; 0: no limit
    cuda::ModuleOptions cuda =
        {};  // of the engine "cuda"; memory_max takes tables_max_bytes' place
};

struct EngineEntry {
    std::string_view name;
    std::string_view description;
    // `unavailable` when this machine cannot run it, with the reason.
    Result<std::unique_ptr<CollectionEngine>> (*make)(const EngineOptions& options);
};

const std::vector<EngineEntry>& collection_engines();

// name "auto" takes the first that can be made. Errors: `invalid` for an unknown name (listing the
// known ones) or a number of threads, `unavailable` for one that this machine cannot run.
Result<std::unique_ptr<CollectionEngine>> make_collection_engine(std::string_view name,
                                                                 const EngineOptions& options);

}  // namespace qr
