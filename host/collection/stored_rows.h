// Vectors as a collection keeps them: float32 that came, checked and rounded to the storage type.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/base/error.h"
#include "host/encoding/half.h"
#include "host/state/matrix_view.h"

namespace qr {

// Rows that the storage type holds exactly, and their bytes in it. float32 rows stay where they
// are: the matrix that they were made of must outlive them.
class StoredRows {
  public:
    // Errors: `invalid` with the pointer "/i/vector" or "/i/vector/<component>": another dimension,
    // not finite, out of the storage type's range, nothing but zeros (before or after rounding).
    static Result<StoredRows> make(const MatrixView& vectors, std::size_t dimension, Dtype storage);

    MatrixView rows() const { return rows_; }
    std::span<const std::byte> bytes(std::size_t row) const;

  private:
    MatrixView rows_;
    Dtype storage_ = Dtype::float32;
    std::vector<float> widened_;      // empty for float32
    std::vector<std::byte> rounded_;  // likewise
};

}  // namespace qr
