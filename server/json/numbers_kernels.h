// The seam between numbers.cpp and its file for AVX2, which sees the two, quick_scale.h and
// intrinsics alone.
#pragma once

#include <cstddef>

#include "server/json/numbers.h"

namespace qr::json::kernels {

struct Run {
    std::size_t count = 0;     // numbers read
    const char* at = nullptr;  // the first that was not, or what stands behind the last
    bool has_ended = false;    // the latter, and it is no ','
};

// Numbers of the commonest form (digits, point, digits) with ',' and at most one space between
// them, from `text` on into out[0, room). 64 bytes must be readable from any place of the text on.
Run common_floats_avx2(const char* text, float* out, std::size_t room);

}  // namespace qr::json::kernels
