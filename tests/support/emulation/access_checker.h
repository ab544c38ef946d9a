// The race build's judge of every memory access of a kernel; elsewhere it does nothing.
//
// g++ -fsanitize=thread calls a function for each access; without libtsan those functions are ours.
// Ordered are: a thread's own accesses; a block's on two sides of __syncthreads; lanes' on two
// sides of a __syncwarp that names both; atomics among themselves; blocks that both fence before an
// atomic (a heuristic). Everything else that touches the same byte, once to write, is a race.
// Launches are taken to be ordered.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/support/emulation/include/emulated/launch.h"

namespace qr::emulation::access_checker {

#ifdef QR_EMULATION_RACE
inline constexpr bool kIsOn = true;
#else
inline constexpr bool kIsOn = false;
#endif

struct BlockMemory {
    const void* shared;  // dynamic
    std::size_t shared_bytes;
    const Launch* launch;
};

void begin_block(const BlockMemory& memory);
void begin_thread(unsigned thread, const char* stack, std::size_t stack_bytes);
void end_block();
// Between these the code that runs is the engine's, and is not judged.
void enter_kernel();
void leave_kernel();

void block_met();
void warp_met(unsigned first_thread, unsigned lanes);
void fenced();
void atomic(const void* address, std::size_t bytes, const void* caller);
// The memory was given back: what is known of it is void.
void forget(const void* memory, std::size_t bytes);

}  // namespace qr::emulation::access_checker
