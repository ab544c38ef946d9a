// Atomic functions on the types that nvcc accepts, as loops around one compare-and-swap.
//
// The engine does the swap: it is truly atomic between OS threads, it is seen by the access
// checker, and a swap that loses lets the other threads run, so a lock built on it makes progress.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <type_traits>

namespace qr::emulation {

std::uint64_t atomic_load(const void* address, unsigned bytes);
bool atomic_swap(void* address, unsigned bytes, std::uint64_t expected, std::uint64_t desired);
void give_way();

template <class T>
concept AtomicInteger =
    std::same_as<T, int> || std::same_as<T, unsigned> || std::same_as<T, unsigned long long>;
template <class T>
concept AtomicNumber = AtomicInteger<T> || std::same_as<T, float> || std::same_as<T, double>;

template <class T>
using Word = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

// Inlined, so that the engine's caller is the kernel's line.
template <AtomicNumber T, class Next>
[[gnu::always_inline]] inline T update(T* address, Next next) {
    for (;;) {
        const auto word = static_cast<Word<T>>(atomic_load(address, sizeof(T)));
        const T old = std::bit_cast<T>(word);
        if (atomic_swap(address, sizeof(T), word, std::bit_cast<Word<T>>(next(old)))) return old;
    }
}

}  // namespace qr::emulation

#define QR_EMULATED_ATOMIC(name, Types, expression)                                            \
    template <qr::emulation::Types T>                                                          \
    [[gnu::always_inline]] inline T name(T* address, std::type_identity_t<T> value) {          \
        return qr::emulation::update(address,                                                  \
                                     [&]([[maybe_unused]] T old) -> T { return expression; }); \
    }
QR_EMULATED_ATOMIC(atomicAdd, AtomicNumber, old + value)
QR_EMULATED_ATOMIC(atomicSub, AtomicInteger, old - value)
QR_EMULATED_ATOMIC(atomicMin, AtomicInteger, old < value ? old : value)
QR_EMULATED_ATOMIC(atomicMax, AtomicInteger, old < value ? value : old)
QR_EMULATED_ATOMIC(atomicAnd, AtomicInteger, old& value)
QR_EMULATED_ATOMIC(atomicOr, AtomicInteger, old | value)
QR_EMULATED_ATOMIC(atomicXor, AtomicInteger, old ^ value)
#undef QR_EMULATED_ATOMIC

[[gnu::always_inline]] inline unsigned atomicInc(unsigned* address, unsigned limit) {
    return qr::emulation::update(address,
                                 [&](unsigned old) { return old >= limit ? 0U : old + 1; });
}

// A lock is taken by one of these two: other threads run between tries.
template <class T>
requires qr::emulation::AtomicInteger<T> || std::same_as<T, float>
[[gnu::always_inline]] inline T atomicExch(T* address, std::type_identity_t<T> value) {
    const T old = qr::emulation::update(address, [&](T) { return value; });
    if (old == value) qr::emulation::give_way();
    return old;
}
template <qr::emulation::AtomicInteger T>
[[gnu::always_inline]] inline T atomicCAS(T* address, std::type_identity_t<T> expected,
                                          std::type_identity_t<T> desired) {
    const T old = qr::emulation::update(
        address, [&](T found) { return found == expected ? desired : found; });
    if (old != expected) qr::emulation::give_way();
    return old;
}
