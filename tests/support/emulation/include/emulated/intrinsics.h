// Arithmetic, bit and load intrinsics that kernels use; each computes what its name says in IEEE
// arithmetic, so the fast approximations (__expf, rsqrtf) are more exact here than on a device.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

// Kernels call these without std::, as under nvcc.
using std::max;
using std::min;

inline float rsqrtf(float x) {
    return 1.0F / std::sqrt(x);
}
inline double rsqrt(double x) {
    return 1.0 / std::sqrt(x);
}
inline float __fdividef(float x, float y) {
    return x / y;
}
inline float __saturatef(float x) {
    return x > 0.0F ? std::min(x, 1.0F) : 0.0F;
}
// glibc declares some of these names with C linkage: macros go around it.
#define __expf(x) std::exp(static_cast<float>(x))
#define __logf(x) std::log(static_cast<float>(x))
#define __sinf(x) std::sin(static_cast<float>(x))
#define __cosf(x) std::cos(static_cast<float>(x))
#define __powf(x, y) std::pow(static_cast<float>(x), static_cast<float>(y))

// Never contracted into a fused operation, on either side.
inline float __fadd_rn(float x, float y) {
    return x + y;
}
inline float __fsub_rn(float x, float y) {
    return x - y;
}
inline float __fmul_rn(float x, float y) {
    return x * y;
}
inline float __fdiv_rn(float x, float y) {
    return x / y;
}
inline float __fsqrt_rn(float x) {
    return std::sqrt(x);
}
inline float __fmaf_rn(float x, float y, float z) {
    return std::fma(x, y, z);
}
inline double __dadd_rn(double x, double y) {
    return x + y;
}
inline double __dsub_rn(double x, double y) {
    return x - y;
}
inline double __dmul_rn(double x, double y) {
    return x * y;
}
inline double __ddiv_rn(double x, double y) {
    return x / y;
}
inline double __dsqrt_rn(double x) {
    return std::sqrt(x);
}
inline double __fma_rn(double x, double y, double z) {
    return std::fma(x, y, z);
}

inline int __popc(unsigned x) {
    return std::popcount(x);
}
inline int __popcll(unsigned long long x) {
    return std::popcount(x);
}
inline int __clz(int x) {
    return std::countl_zero(static_cast<unsigned>(x));
}
inline int __clzll(long long x) {
    return std::countl_zero(static_cast<unsigned long long>(x));
}
inline int __ffs(int x) {
    return __builtin_ffs(x);
}
inline int __ffsll(long long x) {
    return __builtin_ffsll(x);
}
inline unsigned __umulhi(unsigned x, unsigned y) {
    return static_cast<unsigned>((std::uint64_t{x} * y) >> 32);
}

inline int __float_as_int(float x) {
    return std::bit_cast<int>(x);
}
inline unsigned __float_as_uint(float x) {
    return std::bit_cast<unsigned>(x);
}
inline float __int_as_float(int x) {
    return std::bit_cast<float>(x);
}
inline float __uint_as_float(unsigned x) {
    return std::bit_cast<float>(x);
}
inline long long __double_as_longlong(double x) {
    return std::bit_cast<long long>(x);
}
inline double __longlong_as_double(long long x) {
    return std::bit_cast<double>(x);
}

// Loads and stores with a cache hint.
template <class T>
[[gnu::always_inline]] inline T __ldg(const T* address) {
    return *address;
}
template <class T>
[[gnu::always_inline]] inline T __ldcs(const T* address) {
    return *address;
}
template <class T>
[[gnu::always_inline]] inline T __ldcg(const T* address) {
    return *address;
}
template <class T>
[[gnu::always_inline]] inline void __stcs(T* address, T value) {
    *address = value;
}
template <class T>
[[gnu::always_inline]] inline void __stcg(T* address, T value) {
    *address = value;
}
