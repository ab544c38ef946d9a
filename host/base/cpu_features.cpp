#include "host/base/cpu_features.h"

#include <cpuid.h>

namespace qr {
namespace {

// clang 14 does not know "f16c" in __builtin_cpu_supports. The operating system's part of the
// question, saved AVX registers, is answered with avx2.
bool has_f16c() {
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

// Neither does it know "avx512bf16".
bool has_bf16() {
    constexpr unsigned kBit = 1U << 5;
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & kBit) != 0;
}

}  // namespace

std::string_view to_string(InstructionSet set) {
    switch (set) {
        case InstructionSet::scalar:
            return "scalar";
        case InstructionSet::avx2:
            return "avx2";
        case InstructionSet::avx512:
            return "avx512";
    }
    return "scalar";
}

bool is_supported(InstructionSet set) {
    const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c();
    const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                        __builtin_cpu_supports("avx512vl");
    switch (set) {
        case InstructionSet::scalar:
            return true;
        case InstructionSet::avx2:
            return avx2;
        case InstructionSet::avx512:
            return avx512;
    }
    return false;
}

InstructionSet best_instruction_set() {
    static const InstructionSet best = is_supported(InstructionSet::avx512) ? InstructionSet::avx512
                                       : is_supported(InstructionSet::avx2)
                                           ? InstructionSet::avx2
                                           : InstructionSet::scalar;
    return best;
}

bool has_avx512_vbmi() {
    return is_supported(InstructionSet::avx512) && __builtin_cpu_supports("avx512vbmi");
}

bool has_avx512_vnni() {
    return is_supported(InstructionSet::avx512) && __builtin_cpu_supports("avx512vnni");
}

bool has_avx512_bf16() {
    return is_supported(InstructionSet::avx512) && has_bf16();
}

}  // namespace qr
