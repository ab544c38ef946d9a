// A borrowed matrix of float32 rows: how vectors travel from a request's bytes to a backend.
//
// Rows are dense and row-major: row i starts at data + i * dimension. `data` is 4-byte aligned and
// nothing more; kernels load unaligned. Whoever made the view keeps the bytes alive.
#pragma once

#include <cstddef>
#include <span>

#include "host/base/check.h"

namespace qr {

struct MatrixView {
    const float* data = nullptr;
    std::size_t rows = 0;
    std::size_t dimension = 0;

    std::span<const float> row(std::size_t index) const {
        QR_CHECK(index < rows);
        return {data + index * dimension, dimension};
    }
};

}  // namespace qr
