// What metrics say of an embedding service.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "host/text/remote/call_failure.h"
#include "host/text/remote/circuit_breaker.h"
#include "host/text/remote/vector_cache.h"

namespace qr {

struct RemoteEncoderFigures {
    std::uint64_t calls = 0;                              // begun, repetitions included
    std::uint64_t retries = 0;                            // calls that repeated a failed one
    std::uint64_t splits = 0;                             // refused calls, sent again job by job
    std::uint64_t texts = 0;                              // whose vectors have come
    std::uint64_t connections = 0;                        // opened
    std::array<std::uint64_t, kFailureKinds> failures{};  // of calls, by FailureKind
    CacheFigures cache;
    BreakerState breaker = BreakerState::closed;
    std::uint64_t times_opened = 0;  // the breaker
    std::size_t waiting_texts = 0;   // that have not left
    std::size_t calls_under_way = 0;
};

}  // namespace qr
