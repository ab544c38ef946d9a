// NumPy's file format, version 1.0, for two-dimensional arrays: how a peer gets the same numbers.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "host/base/error.h"

namespace qr::perf {

// Row-major, little-endian. Errors: `internal` when the file cannot be written.
Result<void> write_npy(const std::string& path, const float* values, std::size_t rows,
                       std::size_t columns);
Result<void> write_npy(const std::string& path, const std::uint32_t* values, std::size_t rows,
                       std::size_t columns);

}  // namespace qr::perf
