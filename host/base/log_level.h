// How much a log line matters; --log-level keeps the named level and all above it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace qr {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

inline constexpr std::array<std::string_view, 5> kLogLevelNames = {"debug", "info", "warn", "error",
                                                                   "off"};

constexpr std::string_view to_string(LogLevel level) {
    return kLogLevelNames[static_cast<std::size_t>(level)];
}

}  // namespace qr
