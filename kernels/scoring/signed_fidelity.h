// Read-out of the fidelity after one shared offset amplitude: ((1 + c)/2)^2 in [0, 1].
//
// |x~> = (|x> + |offset>)/sqrt(2) uses one spare amplitude on both sides, so <q~|d~> = (1 + c)/2
// and its square is strictly increasing in c: the ranking is exactly that of cosine, sign kept.
#pragma once

#include "kernels/math/hd.h"

namespace qr::scoring {

struct SignedFidelityReadOut {
    static constexpr const char* kName = "signed_fidelity";
    QR_HD static double read_out(double overlap) {
        const double shifted = (1.0 + overlap) * 0.5;
        return shifted * shifted;
    }
};

}  // namespace qr::scoring
