// The calendar's time, for what is shown to others; decisions take Clock's.
#pragma once

#include <chrono>

namespace qr {

inline double seconds_since_1970() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
}

}  // namespace qr
