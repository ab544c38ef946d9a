// Answers to print, and the gate that reads them back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perf/inputs/rerank_body.h"
#include "server/dialects/native.h"

namespace qr::perf {

enum class Labels : std::uint8_t { none, ids_and_texts };

struct RankingAnswer {
    RerankRequest request;
    std::vector<Ranking> rankings;  // of one query
};
// Of `top_n` among shape.documents; scores of 16 or 17 digits, as real ones have.
RankingAnswer make_ranking_answer(Shape shape, std::size_t top_n, Labels labels);
std::string print(const RankingAnswer& answer);

struct ScoreAnswer {
    ScoreRequest request;
    std::vector<double> scores;
};
ScoreAnswer make_score_answer(Shape shape);
std::string print(const ScoreAnswer& answer);

// Each passes a text that holds, in this order, exactly those indices and scores (and texts).
// Returns the hash of the text.
std::string pass_gate(std::string_view name, const RankingAnswer& answer, std::string_view text);
std::string pass_gate(std::string_view name, const ScoreAnswer& answer, std::string_view text);

// In (0, 1), falling, of 16 or 17 digits.
std::vector<double> make_scores(std::size_t count);

enum class Numbers : std::uint8_t { digits, bytes };
// Passes an answer of any dialect that holds these scores in this order.
std::string pass_gate(std::string_view name, std::span<const double> scores, Numbers numbers,
                      std::string_view answer);

}  // namespace qr::perf
