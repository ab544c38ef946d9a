#include "server/handlers/stage_times.h"

#include <charconv>
#include <utility>

namespace qr {

Duration StageTimes::finish(std::string_view stage) {
    const TimePoint now = clock_.now();
    const Duration taken = now - std::exchange(last_, now);
    add(stage, taken);
    return taken;
}

void StageTimes::add(std::string_view stage, Duration duration) {
    const double milliseconds = std::chrono::duration<double, std::milli>(duration).count();
    char digits[32];
    const auto [end, code] =
        std::to_chars(digits, digits + sizeof(digits), milliseconds, std::chars_format::fixed, 3);
    if (!value_.empty()) value_ += ", ";
    value_.append(stage).append(";dur=").append(digits, end);
}

}  // namespace qr
