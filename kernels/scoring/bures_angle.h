// Read-out of the Bures angle A = arccos sqrt(F), turned into a similarity: 1 - (2/pi) A in [0, 1].
//
// Host only: arccos is taken from the double overlap by the host's library, so that its bits do not
// depend on a device's. sqrt(F) = |c| exactly, and the ranking is that of fidelity.
// Source: Bengtsson and Zyczkowski, Geometry of Quantum States, 2017, section 9.4.
#pragma once

#include <cmath>
#include <numbers>

namespace qr::scoring {

struct BuresAngleReadOut {
    static constexpr const char* kName = "bures_angle";
    static double read_out(double overlap) {
        return 1.0 - (2.0 * std::numbers::inv_pi) * std::acos(std::fabs(overlap));
    }
};

}  // namespace qr::scoring
