// Turns inner products into scores, a row of pairs at a time: one branch per row instead of one
// indirect call per pair, and plain loops that the compiler can vectorise.
#pragma once

#include <span>

#include "kernels/scoring/methods.h"

namespace qr::cpu {

// In: the dots of one query with some documents; out: their scores. `document_norms2` is as long.
// A bad norm (zero, NaN, infinite) gives some score that the caller discards.
void read_out(scoring::Method method, double query_norm2, std::span<const double> document_norms2,
              std::span<double> dots_to_scores);

}  // namespace qr::cpu
