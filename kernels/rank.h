// What comes first among scores, and the peaks by which most of a long row need not be looked at.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/math/hd.h"

namespace qr::device {

// Fidelity ranks overlaps by magnitude, signed fidelity by the score itself.
enum class Rank : std::uint8_t { by_score, by_magnitude };

// What a score ranks by.
template <class Score>
QR_HD constexpr Score ranked(Score score, Rank rank) {
    return rank == Rank::by_magnitude && score < 0 ? -score : score;
}

// Whoever computes scores may note the peak of every so many columns, the last stretch being
// shorter.
inline constexpr unsigned kPeakColumns = 32;

QR_HD constexpr std::size_t peaks_of(std::size_t column_count) {
    return (column_count + kPeakColumns - 1) / kPeakColumns;
}

}  // namespace qr::device
