#include "host/collection/engine/collection_engines.h"

#include <string>

#include "host/collection/engine/reference/reference_engine.h"

namespace qr {
namespace {

using Made = Result<std::unique_ptr<CollectionEngine>>;

std::string known_names() {
    std::string names = "auto";
    for (const EngineEntry& entry : collection_engines())
        names.append(", ").append(entry.name);
    return names;
}

Made make_first(const EngineOptions& options) {
    Made made = Error{.code = Code::unavailable, .message = "no collection engine is registered"};
    for (const EngineEntry& entry : collection_engines()) {
        made = entry.make(options);
        if (made.ok()) break;
    }
    return made;
}

}  // namespace

const std::vector<EngineEntry>& collection_engines() {
    static const std::vector<EngineEntry> entries = {
        {ReferenceEngine::kName, "plain double loops: the oracle, slow, one thread",
         [](const EngineOptions& options) {
             return Made(std::make_unique<ReferenceEngine>(options.memory_max));
         }},
    };
    return entries;
}

Made make_collection_engine(std::string_view name, const EngineOptions& options) {
    if (name == "auto") return make_first(options);
    for (const EngineEntry& entry : collection_engines()) {
        if (entry.name == name) return entry.make(options);
    }
    const std::string known = known_names();
    return Error{.code = Code::invalid,
                 .message = "engine: found '" + std::string(name) + "', allowed: " + known,
                 .pointer = "engine",
                 .found = std::string(name),
                 .allowed = known};
}

}  // namespace qr
