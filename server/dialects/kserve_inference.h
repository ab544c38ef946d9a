// Inference requests of KServe v2: /v2/models/{rerank, score, embed}/infer, JSON or JSON and
// binary tensors, to the native request and back.
//
// What an answer must look like is asked for in the request; the request keeps that (its `ask`) for
// the printing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "server/dialects/dialect.h"
#include "server/dialects/embedding.h"
#include "server/dialects/kserve_models.h"

namespace qr::kserve {

// What a request wants to get, and how.
struct Ask {
    struct Output {
        std::size_t index = 0;  // among the model's
        bool is_binary = false;
    };
    const Model* model = nullptr;
    std::optional<std::string> id;
    std::vector<Output> outputs;  // in the order of the answer
};

extern const dialects::ScoringForm kRerank;
extern const dialects::ScoringForm kScore;
extern const dialects::EmbeddingForm kEmbed;

// A request of the model `rerank` or `score`, by its form. Errors: as dialects::read_scoring().
dialects::ScoringReading read_inference(native::Payload payload, BufferPool& buffers,
                                        const native::ParseLimits& limits, ModelId id);

}  // namespace qr::kserve
