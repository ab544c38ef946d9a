// Scores, rankings and vectors as the outputs that an inference request asks for.
#pragma once

#include <span>

#include "server/dialects/kserve_inference.h"

namespace qr::kserve {

dialects::Answer print_rerank(const RerankRequest& request, std::span<const double> scores,
                              const native::Provenance& provenance);
dialects::Answer print_score(const RerankRequest& request, std::span<const double> scores,
                             const native::Provenance& provenance);
dialects::Answer print_embed(const dialects::EmbeddingRequest& request, const MatrixView& vectors,
                             const native::Provenance& provenance);

}  // namespace qr::kserve
