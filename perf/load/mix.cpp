#include "perf/load/mix.h"

#include <algorithm>

#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr::load {
namespace {

// Apart from the arrivals' stream, which takes the seed as it is.
std::mt19937_64 stream_of(std::uint64_t seed) {
    constexpr std::uint32_t kStream = 1;
    std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                           kStream};
    return std::mt19937_64(sequence);
}

}  // namespace

Mix::Mix(const std::vector<Request>& requests, std::uint64_t seed) : random_(stream_of(seed)) {
    QR_CHECK(!requests.empty());
    std::uint64_t end = 0;
    for (const Request& request : requests)
        shares_.push_back({.end = end += request.weight,
                           .bodies = std::max<std::size_t>(request.bodies.size(), 1)});
}

Mix::Draw Mix::draw() {
    // Weights sum up to far less than 2^64, so the modulus favours none by more than 1e-12.
    const std::uint64_t point = shares_.size() == 1 ? 0 : random_() % shares_.back().end;
    const auto share = std::ranges::upper_bound(shares_, point, {}, &Share::end);
    const std::size_t body = share->next_body;
    share->next_body = (body + 1) % share->bodies;
    return {.request = narrow<std::size_t>(share - shares_.begin()), .body = body};
}

}  // namespace qr::load
