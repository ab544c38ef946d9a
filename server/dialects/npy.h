// A matrix in a .npy file, versions 1 to 3, as numpy.save writes it.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
//
// Little-endian float32, float16 and float64 (rounded to float32 as it is widened) and int8, in C
// order, of two dimensions. Nothing is copied; the bytes must outlive the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "host/base/error.h"

namespace qr::collections {

enum class NpyType : std::uint8_t { float32, float16, float64, int8 };

struct NpyFile {
    NpyType type = NpyType::float32;
    std::size_t rows = 0;
    std::size_t dimension = 0;
    std::span<const std::byte> numbers;  // row-major, not aligned
};

// Errors: `malformed` (no .npy), `invalid` (one of another kind), saying which.
Result<NpyFile> parse_npy(std::span<const std::byte> bytes);

}  // namespace qr::collections
