// Correctness before speed: nothing is timed unless its answer is the expected one.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qr::perf {

class Gate {
  public:
    // `spoiled` names the gate whose answers lose a bit on the way, so that tests can see it close.
    explicit Gate(std::string spoiled) : spoiled_(std::move(spoiled)) {}

    // Ends the program with 1 at the first word that differs, or when the lengths do. The hash of
    // what was found: equal answers have equal ones, across machines and versions.
    std::string pass(std::string_view name, const std::vector<std::uint64_t>& expected,
                     std::vector<std::uint64_t> found) const;
    // Ends the program with 1 unless |found - expected| <= tolerance.
    void pass_near(std::string_view name, double expected, double found, double tolerance) const;

  private:
    std::string spoiled_;
};

template <class Number>
std::vector<std::uint64_t> words_of(const std::vector<Number>& values) {
    std::vector<std::uint64_t> words;
    words.reserve(values.size());
    for (const Number value : values) {
        if constexpr (sizeof(Number) == 8)
            words.push_back(std::bit_cast<std::uint64_t>(value));
        else
            words.push_back(std::bit_cast<std::uint32_t>(value));
    }
    return words;
}

}  // namespace qr::perf
