// Which instruction sets this CPU and operating system offer, asked once.
#pragma once

#include <cstdint>
#include <string_view>

namespace qr {

enum class InstructionSet : std::uint8_t { scalar, avx2, avx512 };

std::string_view to_string(InstructionSet set);

// avx2 means AVX2 + FMA + F16C; avx512 means F + BW + DQ + VL on top.
bool is_supported(InstructionSet set);
InstructionSet best_instruction_set();
bool has_avx512_vbmi();
bool has_avx512_vnni();
bool has_avx512_bf16();

}  // namespace qr
