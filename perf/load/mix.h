// Which of the plan's requests is sent next, and which of its bodies: a pure sequence for a seed.
//
// Requests are drawn by weight from a stream of their own, so that neither the arrivals nor the
// server's answers change what is sent; the bodies of each come in turns.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "perf/load/plan.h"

namespace qr::load {

class Mix {
  public:
    Mix(const std::vector<Request>& requests, std::uint64_t seed);

    struct Draw {
        std::size_t request = 0;
        std::size_t body = 0;  // 0 for one without a body
    };
    Draw draw();

  private:
    struct Share {
        std::uint64_t end = 0;  // sum of the weights up to this one
        std::size_t bodies = 1;
        std::size_t next_body = 0;
    };
    std::vector<Share> shares_;
    std::mt19937_64 random_;
};

}  // namespace qr::load
