#include "perf/gate.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "perf/result_hash.h"

namespace qr::perf {

void shut_gate(std::string_view name, std::string_view what) {
    std::fprintf(stderr, "wrong: %.*s: %.*s\n", static_cast<int>(name.size()), name.data(),
                 static_cast<int>(what.size()), what.data());
    std::exit(1);
}

std::string pass_gate(std::string_view name, std::span<const std::byte> expected,
                      std::span<const std::byte> found, std::size_t width) {
    if (expected.size() != found.size()) {
        shut_gate(name, "has " + std::to_string(found.size() / width) + " values, expected are " +
                            std::to_string(expected.size() / width));
    }
    const auto [there, here] = std::ranges::mismatch(expected, found);
    if (there != expected.end()) {
        const auto at = static_cast<std::size_t>(there - expected.begin());
        shut_gate(name, "differs at value " + std::to_string(at / width));
    }
    ResultHash hash;
    hash.add(found);
    return hash.text();
}

std::string pass_gate(std::string_view name, std::string_view expected, std::string_view found) {
    return pass_gate(name, std::span(expected), std::span(found));
}

}  // namespace qr::perf
