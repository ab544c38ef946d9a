// How far an estimate of the scan can be from the score it stands for: the proof that what a scan
// in low precision skips does not belong to the answer.
//
// A row x lies in its plane as y = s x - e_x, a query as q' = t q - e_q, so s t <q, x> differs from
// <q', y> by <q', e_x> + <e_q, y> + <e_q, e_x>: at most |q'||e_x| + |e_q|(|y| + |e_x|). The kernel
// adds its roundings, relative to |q'||y|. All of it is taken in the unit of the estimates, weight
// times sum, with the largest of a block's rows for each term; the double-precision score, which
// is the truth, has roundings too, and so have norms, weights and this reckoning.
#pragma once

#include <cstddef>
#include <span>

#include "host/collection/engine/cpu/scan_kernels.h"

namespace qr::cpu {

// Of a block's rows under one weighting, NaN weights apart: the largest of each.
struct BlockBound {
    double residual = 0;  // weight |e_x|
    double reach = 0;     // weight (|y| + |e_x|)
    double norm = 0;      // weight |y|

    void include(double weight, const PackedRow& row);
};

// What of a query its estimates' error depends on.
class QueryBound {
  public:
    QueryBound() = default;
    QueryBound(const ScanKernel& kernel, std::size_t dimension, const PackedQuery& query);

    // |estimate - exact| of no row of the block is larger, both in the estimates' unit.
    double delta(const BlockBound& block) const;

  private:
    double residual_ = 0;  // factors of the block's three terms
    double reach_ = 0;
    double norm_ = 0;
};

}  // namespace qr::cpu
