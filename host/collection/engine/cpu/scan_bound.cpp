#include "host/collection/engine/cpu/scan_bound.h"

#include <algorithm>

namespace qr::cpu {
namespace {

// For the few roundings, in double and of norms, of what is reckoned with here.
constexpr double kInflation = 1 + 0x1p-20;

// Sums of `dimension` products in double, of scores and of norms, and what is made of them: in
// units of the product of the norms.
double rounding_in_double(std::size_t dimension) {
    return static_cast<double>(dimension + 64) * 0x1p-51;
}

}  // namespace

void BlockBound::include(double weight, const PackedRow& row) {
    residual = std::max(residual, weight * row.residual);
    reach = std::max(reach, weight * (row.norm + row.residual));
    norm = std::max(norm, weight * row.norm);
}

QueryBound::QueryBound(const ScanKernel& kernel, std::size_t dimension, const PackedQuery& query)
    : residual_(query.norm * kInflation),
      reach_((query.residual + (query.norm + query.residual) * rounding_in_double(dimension)) *
             kInflation),
      norm_(kernel.relative_error(dimension) * query.norm * kInflation) {}

double QueryBound::delta(const BlockBound& block) const {
    return residual_ * block.residual + reach_ * block.reach + norm_ * block.norm;
}

}  // namespace qr::cpu
