// Read-out of the plain dot product: the classical score of unnormalised vectors, unbounded.
#pragma once

#include "kernels/math/hd.h"

namespace qr::scoring {

struct DotReadOut {
    static constexpr const char* kName = "overlap";
    QR_HD static double read_out(double dot) { return dot; }
};

}  // namespace qr::scoring
