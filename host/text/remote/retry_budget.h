// How many failed calls may be repeated: a share of all calls, so that a failing service is not
// asked ever more.
//
// A token bucket that fills with calls, not with time: an idle service earns nothing. Pure.
#pragma once

#include <cstddef>

namespace qr {

class RetryBudget {
  public:
    // Begins full: `burst` repetitions, which is also the most that is ever saved.
    RetryBudget(std::size_t percent, std::size_t burst);

    void earn();   // by a call that is no repetition
    bool spend();  // false: the call must fail instead

  private:
    static constexpr std::size_t kRepetition = 100;  // a call earns `percent_` of these
    std::size_t percent_;
    std::size_t saved_max_;
    std::size_t saved_;
};

}  // namespace qr
