#include "server/config/did_you_mean.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace qr::config {
namespace {

constexpr std::size_t kEditsMax = 3;
constexpr std::size_t kSlipMax = 64;  // longer words are no slip of a finger

// Levenshtein distance, one row at a time.
std::size_t edits(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_word(std::string_view word, std::span<const std::string> known) {
    if (word.size() > kSlipMax) return "";
    std::size_t fewest = std::min(kEditsMax, word.size() / 3 + 1) + 1;
    std::string nearest;
    for (const std::string& candidate : known) {
        const std::size_t distance = edits(word, candidate);
        if (distance >= fewest) continue;
        fewest = distance;
        nearest = candidate;
    }
    return nearest;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
    const std::string nearest = nearest_word(word, known);
    return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace qr::config
