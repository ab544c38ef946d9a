#include "host/text/remote/retry_budget.h"

#include <algorithm>

namespace qr {

// Without a share there is no burst either.
RetryBudget::RetryBudget(std::size_t percent, std::size_t burst)
    : percent_(percent), saved_max_(percent == 0 ? 0 : burst * kRepetition), saved_(saved_max_) {}

void RetryBudget::earn() {
    saved_ = std::min(saved_max_, saved_ + percent_);
}

bool RetryBudget::spend() {
    if (saved_ < kRepetition) return false;
    saved_ -= kRepetition;
    return true;
}

}  // namespace qr
