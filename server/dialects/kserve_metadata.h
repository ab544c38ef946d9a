// What KServe v2 and Triton's extensions tell of the server and its models: metadata,
// configuration, statistics, the repository's index.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "host/base/model_statistics.h"
#include "host/collection/collection.h"
#include "server/dialects/kserve_models.h"
#include "server/dialects/native.h"

namespace qr::kserve {

// GET /v2
std::string print_server(std::string_view version);
// GET /v2/models/{model}
std::string print_model(const Model& model);
// GET /v2/models/{model}/config: as much of Triton's ModelConfig as holds here.
std::string print_config(const Model& model);

struct ModelFigures {
    const Model* model;
    ModelStatistics::Figures figures;
};
// GET /v2/models/stats
std::string print_statistics(std::span<const ModelFigures> models);

// POST /v2/repository/index: true where models that are not ready are to be left out. The body may
// be empty. Errors: `malformed`, `invalid`.
Result<bool> wants_ready_alone(const native::Payload& payload);
// `why_not`: why the models are not ready; empty: they are. Collections stand there as models.
std::string print_index(std::span<const Model> models, std::string_view why_not,
                        std::span<const CollectionInfo> collections = {});

// POST /v2/repository/models/{model}/load and unload.
Error is_built_in(std::string_view model, std::string_view action);

}  // namespace qr::kserve
