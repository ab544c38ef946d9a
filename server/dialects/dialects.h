// Every way to ask for scores, one line each; routes.cpp says on which paths.
#pragma once

#include <span>
#include <vector>

#include "server/dialects/dialect.h"

namespace qr::dialects {

extern const ScoringForm kNativeRerank;
extern const ScoringForm kNativeScore;
extern const ScoringForm kOriginalRerank;
extern const ScoringForm kTeiRerank;
extern const ScoringForm kTeiSimilarity;
extern const ScoringForm kCohereV1Rerank;
extern const ScoringForm kCohereV2Rerank;
extern const ScoringForm kJinaRerank;
extern const ScoringForm kVoyageRerank;
extern const ScoringForm kVllmScore;
extern const ScoringForm kNimRanking;

// What every form that ranks prints: best first, cut to top_n, one ranking for each query.
std::vector<Ranking> rankings_of(const RerankRequest& request, std::span<const double> scores);

}  // namespace qr::dialects
