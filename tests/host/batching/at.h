// Moments of a test.
#pragma once

#include <chrono>

#include "host/base/clock.h"

namespace qr::test {

// Milliseconds behind its beginning.
inline TimePoint at(int ms) {
    return TimePoint(std::chrono::milliseconds(ms));
}

}  // namespace qr::test
