// What exact scoring is measured against: dot and norm in float32, fused, for speed alone.
#pragma once

#include <cstddef>

namespace qr::perf {

struct Fp32Pass {
    const char* name;
    // cosines[r] of `query` with each of `rows` rows of `dimension`, a multiple of 32, floats.
    void (*run)(const float* query, const float* documents, std::size_t rows, std::size_t dimension,
                float* cosines);
};

// One row after the other, as a distance function is usually written: two independent chains a sum.
extern const Fp32Pass kFp32ByRow;
// Four rows at once that share the loads of the query: the fastest we know for one query.
extern const Fp32Pass kFp32FourRows;

const char* fp32_instruction_set();

}  // namespace qr::perf
