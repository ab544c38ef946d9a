#include "perf/host/cuda/gate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "perf/host/cuda/measure.h"

namespace qr::perf {
namespace {

// FNV-1a over the words' bytes, lowest first.
std::string hash_of(const std::vector<std::uint64_t>& words) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const std::uint64_t word : words) {
        for (unsigned shift = 0; shift < 64; shift += 8)
            hash = (hash ^ (word >> shift & 0xFF)) * 0x100000001B3U;
    }
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return text.data();
}

}  // namespace

std::string Gate::pass(std::string_view name, const std::vector<std::uint64_t>& expected,
                       std::vector<std::uint64_t> found) const {
    if (name == spoiled_ && !found.empty()) found.back() ^= 1;
    if (expected.size() != found.size())
        give_up("wrong: " + std::string(name) + " has " + std::to_string(found.size()) +
                " values, expected are " + std::to_string(expected.size()));
    const auto [there, here] = std::ranges::mismatch(expected, found);
    if (there != expected.end())
        give_up("wrong: " + std::string(name) + " differs at value " +
                std::to_string(there - expected.begin()));
    return hash_of(found);
}

void Gate::pass_near(std::string_view name, double expected, double found, double tolerance) const {
    if (name == spoiled_) found += 2 * tolerance + 1;
    if (std::abs(found - expected) <= tolerance) return;
    give_up("wrong: " + std::string(name) + " is " + std::to_string(found) + ", expected is " +
            std::to_string(expected) + " within " + std::to_string(tolerance));
}

}  // namespace qr::perf
