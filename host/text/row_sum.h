// Weighted sums of rows of an embedding table, with the same bits on every instruction set.
//
// Every number is widened exactly, multiplied by its row's weight, rounded, and added in the order
// of the rows; nothing is contracted. So a sum depends on its rows and their order alone.
#pragma once

#include <span>

#include "host/base/cpu_features.h"
#include "host/encoding/half.h"
#include "host/text/row_sum_kernels.h"

namespace qr {

// sum.size() numbers of each row. No row: zeros.
void sum_rows(InstructionSet set, Dtype dtype, std::span<const WeightedRow> rows,
              std::span<float> sum);

}  // namespace qr
