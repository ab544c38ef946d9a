// Read-out of the fidelity of two pure states, F = |<q|d>|^2 in [0, 1].
//
// For real amplitudes F = c^2: the ranking is that of |cosine|, so an antipode ties with a
// duplicate. Source: Nielsen and Chuang, Quantum Computation and Quantum Information, 2010,
// section 9.2.2 (squared).
#pragma once

#include "kernels/math/hd.h"

namespace qr::scoring {

struct FidelityReadOut {
    static constexpr const char* kName = "fidelity";
    QR_HD static double read_out(double overlap) { return overlap * overlap; }
};

}  // namespace qr::scoring
