// What "a state" means: amplitude encoding of a real vector.
//
// A vector x of dimension d becomes |x> = sum_i x_i/||x|| |i> on n = ceil(log2 d) qubits; the
// amplitudes from d to 2^n are zero, so they are never stored. The encoding discards the norm of x,
// keeps its direction and sign, and <q|d> is the cosine of the angle between the vectors. Source:
// Schuld and Petruccione, Machine Learning with Quantum Computers, 2021, section 3.4.2.
#pragma once

#include <cmath>
#include <cstddef>

#include "kernels/math/hd.h"

namespace qr::math {

inline constexpr std::size_t kDimensionMax = 65536;  // 16 qubits

// Qubits that hold `dimension` amplitudes, dimension >= 1. One amplitude needs none.
QR_HD constexpr unsigned qubits(std::size_t dimension) {
    unsigned count = 0;
    while ((std::size_t{1} << count) < dimension)
        ++count;
    return count;
}

// <q|d> of the amplitude-encoded states, in [-1, 1], from q.d, q.q and d.d with q.q and d.d > 0.
//
// sqrt(x * x) is exactly x in IEEE arithmetic, so a vector against itself gives exactly 1. For
// float32 components and d <= 65,536 the product of the squared norms stays within 2^-596..2^544:
// no overflow, no underflow. Rounding can leave [-1, 1] by one unit in the last place; the clamp
// takes that back.
QR_HD inline double normalised_overlap(double dot, double query_norm2, double document_norm2) {
    const double overlap = dot / std::sqrt(query_norm2 * document_norm2);
    return overlap > 1.0 ? 1.0 : (overlap < -1.0 ? -1.0 : overlap);
}

}  // namespace qr::math
