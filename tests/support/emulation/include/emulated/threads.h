// What the threads of a block do together: indices, barriers, votes, shuffles, reductions.
//
// Every meeting carries the source line of its call. The lanes that a mask names must meet on one
// line; lanes that have returned drop out of masks, as on the device. A lane that reads from one
// that takes no part gets all bits set, a NaN.
#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "vector_types.h"

// constinit spares the wrapper call of a thread_local with dynamic initialisation. The engine
// writes them at each switch; within one thread of a kernel they are constant.
extern constinit thread_local const uint3 threadIdx;
extern constinit thread_local const uint3 blockIdx;
extern constinit thread_local const dim3 blockDim;
extern constinit thread_local const dim3 gridDim;
inline constexpr int warpSize = 32;

namespace qr::emulation {

struct Site {
    const char* file;
    int line;

    static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
    bool operator==(const Site&) const = default;
};

struct WarpValues {
    std::uint64_t of[32];
    unsigned participants;
};

// The result of one lane, given what all lanes brought; `operand` is that lane's own.
using Combine = std::uint64_t (*)(const WarpValues& values, unsigned operand);

struct Meeting {
    const char* name;
    Combine combine;
    bool orders_memory;  // of all warp operations only __syncwarp does
};

std::uint64_t meet(const Meeting& meeting, unsigned mask, std::uint64_t value, unsigned operand,
                   Site site);
// Returns for how many threads the predicate held.
unsigned meet_block(bool predicate, Site site);
unsigned lane();
void give_way();
void fence();
[[noreturn]] void trap(Site site);
void* dynamic_shared();

template <class T>
concept WarpValue = std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t);

template <WarpValue T>
std::uint64_t to_bits(T value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    return bits;
}

template <WarpValue T>
T from_bits(std::uint64_t bits) {
    T value;
    std::memcpy(&value, &bits, sizeof(T));
    return value;
}

inline std::uint64_t take(const WarpValues& values, unsigned from) {
    return (values.participants >> from & 1U) != 0 ? values.of[from] : ~std::uint64_t{0};
}

// All lanes whose value equals that of lane `own`; lanes without a vote are no match.
inline std::uint64_t equal_lanes(const WarpValues& values, unsigned own) {
    std::uint64_t lanes = 0;
    for (unsigned i = 0; i < 32; ++i) {
        if ((values.participants >> i & 1U) != 0 && values.of[i] == values.of[own])
            lanes |= std::uint64_t{1} << i;
    }
    return lanes;
}

inline std::uint64_t ballot(const WarpValues& values, unsigned) {
    std::uint64_t lanes = 0;
    for (unsigned i = 0; i < 32; ++i) {
        if ((values.participants >> i & 1U) != 0 && values.of[i] != 0)
            lanes |= std::uint64_t{1} << i;
    }
    return lanes;
}

inline std::uint64_t every(const WarpValues& values, unsigned) {
    return ballot(values, 0) == values.participants;
}

template <class T, auto Operation>
std::uint64_t reduce(const WarpValues& values, unsigned) {
    bool is_first = true;
    T total{};
    for (unsigned i = 0; i < 32; ++i) {
        if ((values.participants >> i & 1U) == 0) continue;
        const T value = from_bits<T>(values.of[i]);
        total = is_first ? value : Operation(total, value);
        is_first = false;
    }
    return to_bits(total);
}

// A shuffle within segments of `width` lanes reads lane `wanted` when `is_inside`, else itself.
template <WarpValue T>
T shuffle(const char* name, unsigned mask, T value, unsigned wanted, bool is_inside, Site site) {
    const unsigned from = is_inside ? wanted : lane();
    return from_bits<T>(meet({name, take, false}, mask, to_bits(value), from, site));
}

}  // namespace qr::emulation

inline void __syncthreads(qr::emulation::Site site = qr::emulation::Site::here()) {
    qr::emulation::meet_block(false, site);
}
inline int __syncthreads_count(int held, qr::emulation::Site site = qr::emulation::Site::here()) {
    return static_cast<int>(qr::emulation::meet_block(held != 0, site));
}
inline int __syncthreads_or(int held, qr::emulation::Site site = qr::emulation::Site::here()) {
    return qr::emulation::meet_block(held != 0, site) != 0;
}
inline int __syncthreads_and(int held, qr::emulation::Site site = qr::emulation::Site::here()) {
    return qr::emulation::meet_block(held == 0, site) == 0;
}
inline void __syncwarp(unsigned mask = ~0U,
                       qr::emulation::Site site = qr::emulation::Site::here()) {
    qr::emulation::meet({"__syncwarp", qr::emulation::take, true}, mask, 0, 0, site);
}

template <class T>
T __shfl_sync(unsigned mask, T value, int from, int width = 32,
              qr::emulation::Site site = qr::emulation::Site::here()) {
    const unsigned size = static_cast<unsigned>(width);
    const unsigned start = qr::emulation::lane() & ~(size - 1);
    const unsigned wanted = start + (static_cast<unsigned>(from) & (size - 1));
    return qr::emulation::shuffle("__shfl_sync", mask, value, wanted, true, site);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 qr::emulation::Site site = qr::emulation::Site::here()) {
    const unsigned own = qr::emulation::lane(), size = static_cast<unsigned>(width);
    return qr::emulation::shuffle("__shfl_up_sync", mask, value, own - delta,
                                  (own & (size - 1)) >= delta, site);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   qr::emulation::Site site = qr::emulation::Site::here()) {
    const unsigned own = qr::emulation::lane(), size = static_cast<unsigned>(width);
    return qr::emulation::shuffle("__shfl_down_sync", mask, value, own + delta,
                                  (own & (size - 1)) + delta < size, site);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32,
                  qr::emulation::Site site = qr::emulation::Site::here()) {
    const unsigned own = qr::emulation::lane(), size = static_cast<unsigned>(width);
    const unsigned wanted = own ^ static_cast<unsigned>(lanes);
    // As documented: a later segment keeps its own value, an earlier one may be read.
    return qr::emulation::shuffle("__shfl_xor_sync", mask, value, wanted,
                                  wanted < (own & ~(size - 1)) + size, site);
}

inline unsigned __ballot_sync(unsigned mask, int held,
                              qr::emulation::Site site = qr::emulation::Site::here()) {
    return static_cast<unsigned>(qr::emulation::meet(
        {"__ballot_sync", qr::emulation::ballot, false}, mask, held != 0, 0, site));
}
inline int __any_sync(unsigned mask, int held,
                      qr::emulation::Site site = qr::emulation::Site::here()) {
    return __ballot_sync(mask, held, site) != 0;
}
inline int __all_sync(unsigned mask, int held,
                      qr::emulation::Site site = qr::emulation::Site::here()) {
    return qr::emulation::meet({"__all_sync", qr::emulation::every, false}, mask, held != 0, 0,
                               site) != 0;
}
template <class T>
unsigned __match_any_sync(unsigned mask, T value,
                          qr::emulation::Site site = qr::emulation::Site::here()) {
    return static_cast<unsigned>(
        qr::emulation::meet({"__match_any_sync", qr::emulation::equal_lanes, false}, mask,
                            qr::emulation::to_bits(value), qr::emulation::lane(), site));
}

#define QR_EMULATED_REDUCTION(name, Types, expression)                                       \
    template <Types T>                                                                       \
    T name(unsigned mask, T value, qr::emulation::Site site = qr::emulation::Site::here()) { \
        constexpr auto combine =                                                             \
            qr::emulation::reduce<T, [](T a, T b) { return static_cast<T>(expression); }>;   \
        return qr::emulation::from_bits<T>(qr::emulation::meet(                              \
            {#name, combine, false}, mask, qr::emulation::to_bits(value), 0, site));         \
    }
QR_EMULATED_REDUCTION(__reduce_add_sync, std::integral, a + b)
QR_EMULATED_REDUCTION(__reduce_min_sync, std::integral, a < b ? a : b)
QR_EMULATED_REDUCTION(__reduce_max_sync, std::integral, a < b ? b : a)
QR_EMULATED_REDUCTION(__reduce_and_sync, std::unsigned_integral, a& b)
QR_EMULATED_REDUCTION(__reduce_or_sync, std::unsigned_integral, a | b)
QR_EMULATED_REDUCTION(__reduce_xor_sync, std::unsigned_integral, a ^ b)
#undef QR_EMULATED_REDUCTION

inline void __threadfence() {
    qr::emulation::fence();
}
inline void __threadfence_block() {
    qr::emulation::fence();
}
inline void __threadfence_system() {
    qr::emulation::fence();
}
inline void __nanosleep(unsigned) {
    qr::emulation::give_way();
}
inline void __trap(qr::emulation::Site site = qr::emulation::Site::here()) {
    qr::emulation::trap(site);
}
