// Read-out of the overlap itself, c = <q|d> in [-1, 1]: the classical control of every fidelity
// method.
#pragma once

#include "kernels/math/hd.h"

namespace qr::scoring {

struct CosineReadOut {
    static constexpr const char* kName = "overlap";
    QR_HD static double read_out(double overlap) { return overlap; }
};

}  // namespace qr::scoring
