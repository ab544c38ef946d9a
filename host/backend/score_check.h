// Recomputes one drawn pair of each task on a second backend and compares it bit for bit.
//
// All backends promise the same bits, so any difference is a fault. Odds: a device whose every
// score is wrong is seen in its first batch; one that spoils a fraction f of the pairs is seen
// after k tasks with probability 1 - (1 - f)^k; a single wrong score among P pairs with probability
// 1/P. Cost: one pair of arithmetic a task, a P-th of what the task itself costs, and a batch of
// tasks of one pair. A row that was called bad is always scored again; of `not the first bad row`
// nothing is proven, nor is a task looked at whose claim was dropped.
#pragma once

#include <cstdint>
#include <string>

#include "host/backend/fidelity_backend.h"

namespace qr {

// What is wrong with `scores` of `batch`, in one sentence; empty when nothing is, or when the judge
// cannot say (no memory). `draw` selects the pairs: take another for each batch.
std::string find_wrong_score(FidelityBackend& judge, const ScoreBatch& batch, const Scores& scores,
                             std::uint64_t draw);

}  // namespace qr
