#include "perf/host/cuda/gate.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "perf/host/cuda/measure.h"
#include "perf/result_hash.h"

namespace qr::perf {
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
    ResultHash hash;
    hash.add(std::as_bytes(std::span(found)));
    return hash.text();
}

void Gate::pass_near(std::string_view name, double expected, double found, double tolerance) const {
    if (name == spoiled_) found += 2 * tolerance + 1;
    if (std::abs(found - expected) <= tolerance) return;
    give_up("wrong: " + std::string(name) + " is " + std::to_string(found) + ", expected is " +
            std::to_string(expected) + " within " + std::to_string(tolerance));
}

}  // namespace qr::perf
