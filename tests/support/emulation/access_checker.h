// The race build's judge of every memory access of a kernel; elsewhere it does nothing.
//
// g++ -fsanitize=thread calls a function for each access; without libtsan those functions are ours.
// Ordered are: a thread's own accesses; a block's on two sides of __syncthreads; lanes' on two
// sides of a __syncwarp that names both (no shuffle orders memory); atomics among themselves; what
// a thread or block wrote before a fence and an atomic, for those that did an atomic since (a
// heuristic). All else that touches the same byte, once to write, is a race. Launches are ordered.
#pragma once

#include <cstddef>

#include "tests/support/emulation/device.h"

namespace qr::emulation::access_checker {

#ifdef QR_EMULATION_RACE
inline constexpr bool kIsOn = true;
#else
inline constexpr bool kIsOn = false;
#endif

void begin_launch(const Launch& launch);
void begin_block(const void* shared, std::size_t shared_bytes);
void begin_thread(unsigned thread, const char* stack, std::size_t stack_bytes);
// Whose code runs from here on, on this OS thread; only a kernel's is judged.
enum class Code { kKernels, kEngines };
void now_runs(Code code);

void block_met();
void warp_met(unsigned first_thread, unsigned lanes);
void fenced();
void atomic(const void* address, std::size_t bytes, const void* caller);
// The memory was given back: what is known of it is void.
void forget(const void* memory);

}  // namespace qr::emulation::access_checker
