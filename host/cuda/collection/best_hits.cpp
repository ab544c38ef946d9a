#include "host/cuda/collection/best_hits.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qr::cuda {
namespace {

// Rows that are kept untrimmed beside twice k.
constexpr std::size_t kSlack = 1024;

bool comes_before(const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.number < b.number;
}

}  // namespace

double ranked_by(scoring::Method method, const scoring::InnerProducts& sums) {
    if (method == scoring::Method::dot) return sums.dot / std::sqrt(sums.query_norm2);
    const double overlap = scoring::AmplitudeEncoding::overlap(sums);
    return ranks_by_magnitude(method) ? std::fabs(overlap) : overlap;
}

void BestHits::offer(Slot slot, std::uint64_t number, const scoring::InnerProducts& sums) {
    rows_.push_back({.hit = {slot, number, scoring::info(method_).score(sums)},
                     .ranked = ranked_by(method_, sums)});
    if (rows_.size() >= 2 * k_ + kSlack) trim();
}

void BestHits::trim() {
    if (rows_.size() <= k_) return;
    std::nth_element(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(k_), rows_.end(),
                     [](const Scored& a, const Scored& b) { return comes_before(a.hit, b.hit); });
    rows_.resize(k_);
}

double BestHits::bar() {
    if (rows_.size() < k_) return -std::numeric_limits<double>::infinity();
    trim();
    return std::ranges::min(rows_, {}, &Scored::ranked).ranked;
}

std::vector<Hit> BestHits::take() && {
    trim();
    std::vector<Hit> hits;
    hits.reserve(rows_.size());
    for (const Scored& row : rows_)
        hits.push_back(row.hit);
    std::sort(hits.begin(), hits.end(), comes_before);
    return hits;
}

}  // namespace qr::cuda
