// VDPBF16PS: pairs of bfloat16, summed in float32. The query is rounded as well.
#include "host/collection/engine/cpu/scan_avx512.h"

namespace qr::cpu {
namespace {

struct Bfloat16Pairs : RowSums {
    using Row = __m512i;
    static constexpr Dtype kType = Dtype::bfloat16;
    static constexpr Entry kEntry = Entry::bfloat16_pair;
    static constexpr std::size_t kScratch = 0;
    static constexpr std::size_t kParts = 1;

    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        return load(plane);
    }
    template <std::size_t kPart>
    static Row factor(const std::byte* entry) {
        return _mm512_set1_epi32(word_at(entry));
    }
    static Sum add(Sum sum, Row row, Row factor) {
        return _mm512_dpbf16_ps(sum, __builtin_bit_cast(__m512bh, row),
                                __builtin_bit_cast(__m512bh, factor));
    }
};

}  // namespace

constinit const ScanKernel kScanAvx512Bf16 =
    kernel_of<Bfloat16Pairs>("avx512_bf16", &runs_avx512_bf16, &dot_instruction_error);

}  // namespace qr::cpu
