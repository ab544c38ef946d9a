// The inner-product kernels of one instruction set, behind one function pointer.
//
// A kernel sums exactly as kernels/math/lanes.h defines, so every table gives the same bits. Each
// kernel_<set>.cpp is compiled with its own target flags and may therefore define nothing that
// another file could share: the linker keeps one copy of an inline function, and an AVX-512 copy
// would kill the process on an older machine. Those files use no std:: code and give everything but
// their table internal linkage; tests/host/backend/cpu holds their symbol tables to that.
#pragma once

#include <cstddef>

#include "host/base/cpu_features.h"

namespace qr::cpu {

// Queries, widened to double once per task. Each row is zero padded to `stride`, a multiple of 32.
struct WideRows {
    const double* data = nullptr;
    std::size_t count = 0;
    std::size_t stride = 0;
};

// Documents as they came with the request: dense rows, 4-byte aligned and nothing more.
struct FloatRows {
    const float* data = nullptr;
    std::size_t count = 0;
    std::size_t dimension = 0;
};

// Where the sums go: dots[q * stride + r] and norms2[r].
struct SumTarget {
    double* dots = nullptr;
    std::size_t stride = 0;
    double* norms2 = nullptr;
};

struct KernelTable {
    InstructionSet instruction_set;
    // Every query against every document, and every document's squared norm. Counts >= 1,
    // dimension >= 1.
    void (*inner_products)(const WideRows& queries, const FloatRows& documents,
                           const SumTarget& sums);
};

// Constants, not functions: choosing a table must not run code compiled for its instruction set.
extern const KernelTable kScalarKernels;
extern const KernelTable kAvx2Kernels;
extern const KernelTable kAvx512Kernels;

const KernelTable& kernels_for(InstructionSet set);

}  // namespace qr::cpu
