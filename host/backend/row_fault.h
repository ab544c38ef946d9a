// Names what is wrong with a row that its squared norm has shown to be bad.
#pragma once

#include <cstddef>
#include <span>

#include "host/backend/fidelity_backend.h"

namespace qr {

// False for zero, NaN and infinity. Of float32 components a squared norm in double is NaN or
// infinite exactly when one of them is, and zero exactly when all are: no second pass is needed.
constexpr bool is_good_norm2(double norm2) {
    return norm2 > 0 && norm2 <= 0x1p1023;
}

RowFault find_fault(RowFault::Side side, std::size_t row, std::span<const float> components);

}  // namespace qr
