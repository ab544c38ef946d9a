// The fingerprint of a result: equal bytes have equal ones, across machines, builds and peers.
//
// FNV-1a of 64 bits: told apart are answers that differ by accident, not forged ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace qr::perf {

class ResultHash {
  public:
    void add(std::span<const std::byte> bytes) {
        for (const std::byte byte : bytes)
            value_ = (value_ ^ std::to_integer<std::uint64_t>(byte)) * kPrime;
    }
    void add(std::string_view text) { add(std::as_bytes(std::span(text))); }

    std::uint64_t value() const { return value_; }
    std::string text() const {  // 16 hexadecimal digits
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::string digits;
        for (unsigned shift = 64; shift > 0; shift -= 4)
            digits += kDigits[(value_ >> (shift - 4)) & 15];
        return digits;
    }

  private:
    static constexpr std::uint64_t kPrime = 0x100000001B3U;

    std::uint64_t value_ = 0xCBF29CE484222325U;
};

}  // namespace qr::perf
