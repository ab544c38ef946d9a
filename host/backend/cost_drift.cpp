#include "host/backend/cost_drift.h"

#include <algorithm>
#include <cmath>

namespace qr {
namespace {

const double kLog2Max = std::log2(kDriftMax);

double ticks(Duration duration) {
    return static_cast<double>(duration.count());
}

}  // namespace

double CostDrift::log2_at(TimePoint now) const {
    if (log2_ == 0) return 0;
    return log2_ * std::exp2(-ticks(now - at_) / ticks(kDriftHalfLife));
}

double CostDrift::factor(TimePoint now) const {
    return std::exp2(log2_at(now));
}

void CostDrift::observe(Duration estimated, Duration actual, TimePoint now) {
    if (estimated < kDriftEstimateMin || actual <= Duration::zero()) return;
    const double ratio = std::log2(ticks(actual) / ticks(estimated));
    const double step = kDriftWeight * std::clamp(ratio, -kLog2Max, kLog2Max);
    log2_ = std::clamp(log2_at(now) + step, -kLog2Max, kLog2Max);
    at_ = now;
}

}  // namespace qr
