// The best of the rows that were scored exactly, and the overlap that another must reach to join.
//
// Pure. Rows may be offered in any order, but none twice.
#pragma once

#include <cstddef>
#include <vector>

#include "host/collection/engine/collection_engine.h"
#include "kernels/scoring/stages.h"

namespace qr::cuda {

// By what rows are left out: the overlap, its magnitude, or for dot the product with the unit
// query. Scores never fall where it rises.
double ranked_by(scoring::Method method, const scoring::InnerProducts& sums);
constexpr bool ranks_by_magnitude(scoring::Method method) {
    return method == scoring::Method::fidelity || method == scoring::Method::bures_angle;
}

class BestHits {
  public:
    BestHits(std::size_t k, scoring::Method method) : k_(k), method_(method) {}

    void offer(Slot slot, std::uint64_t number, const scoring::InnerProducts& sums);
    // A row whose ranked_by() lies clearly below, by more than a rounding, does not belong among
    // them; -infinity while there are fewer than k.
    double bar();
    std::vector<Hit> take() &&;

  private:
    struct Scored {
        Hit hit;
        double ranked = 0;
    };
    void trim();

    std::size_t k_;
    scoring::Method method_;
    std::vector<Scored> rows_;  // at most 2 k and some, until they are trimmed
};

}  // namespace qr::cuda
