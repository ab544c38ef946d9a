// VPDPBUSD: four products of an unsigned and a signed byte, summed in int32. Rows are made unsigned
// by adding 128, and each sum starts at -128 times its query's, which takes that back: sums wrap
// around in between, but what they end at is below 127 * 127 * 65,536.
#include "host/collection/engine/cpu/scan_avx512.h"

namespace qr::cpu {
namespace {

struct Int8Quads : Avx512 {
    using Sum = __m512i;
    using Row = __m512i;
    static constexpr Dtype kType = Dtype::int8;
    static constexpr Entry kEntry = Entry::int8_quad;
    static constexpr std::size_t kScratch = 1;
    static constexpr std::size_t kParts = 1;
    static constexpr std::size_t kSums = 2;
    static constexpr std::size_t kSumsOfVector = 1;

    static Sum start(const std::byte* run, std::size_t query) {
        return _mm512_set1_epi32(word_at(run + query * start_bytes(kEntry)));
    }
    template <std::size_t kPart>
    static Row row(const std::byte* plane) {
        return _mm512_xor_si512(load(plane), _mm512_set1_epi32(static_cast<int>(0x80808080U)));
    }
    template <std::size_t kPart>
    static Row factor(const std::byte* entry) {
        return _mm512_set1_epi32(word_at(entry));
    }
    static Sum add(Sum sum, Row row, Row factor) { return _mm512_dpbusd_epi32(sum, row, factor); }
    static Vector floats(const Sum* sums) { return _mm512_cvtepi32_ps(sums[0]); }
};

}  // namespace

constinit const ScanKernel kScanAvx512Vnni =
    kernel_of<Int8Quads>("avx512_vnni", &runs_avx512_vnni, &integer_error);

}  // namespace qr::cpu
