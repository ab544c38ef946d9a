// The keys behind a number, as prefixes that a store can walk.
//
// Numbers are the last eight bytes of a key, big-endian. Those greater than 0x..1234 begin as it
// does but for a greater last byte; or, without the last, a greater one before it; and so on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace qr {

class KeysBehind {
  public:
    // Of numbers greater than `after` (none: all) and less than `end`.
    KeysBehind(std::string before, std::optional<std::uint64_t> after, std::uint64_t end)
        : before_(std::move(before)), after_(after), end_(end) {}

    // The next prefix, in ascending order; false where there are no more.
    bool next() {
        if (!after_) {
            prefix_ = before_;
            after_ = ~std::uint64_t{0};
            return end_ != 0;
        }
        while (bytes_ > 0) {
            const std::size_t shift = 8 * (kBytes - bytes_);
            const std::uint64_t head = *after_ >> shift;
            if ((head & 0xFF) + step_ <= 0xFF) {
                const std::uint64_t first = (head + step_++) << shift;
                if (first >= end_) return false;
                set_prefix(first);
                return true;
            }
            step_ = 1;
            --bytes_;
        }
        return false;
    }
    const std::string& prefix() const { return prefix_; }

  private:
    static constexpr std::size_t kBytes = sizeof(std::uint64_t);

    void set_prefix(std::uint64_t number) {
        prefix_ = before_;
        for (std::size_t i = 0; i < bytes_; ++i)
            prefix_ += static_cast<char>(number >> (8 * (kBytes - 1 - i)) & 0xFF);
    }

    const std::string before_;
    std::optional<std::uint64_t> after_;
    const std::uint64_t end_;
    std::string prefix_;
    std::size_t bytes_ = kBytes;  // of the number in the prefix
    std::uint64_t step_ = 1;      // added to the last of them
};

}  // namespace qr
