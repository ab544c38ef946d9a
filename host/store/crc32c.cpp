#include "host/store/crc32c.h"

#include <nmmintrin.h>

#include <array>
#include <cstddef>
#include <cstring>

namespace qr {
namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82f63b78;

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value >> 1) ^ ((value & 1) != 0 ? kReversedPolynomial : 0);
        }
        table[byte] = value;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse42(std::uint32_t before,
                                                             std::string_view bytes) {
    std::uint64_t wide = ~before;
    while (bytes.size() >= sizeof(std::uint64_t)) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof(word));
        wide = _mm_crc32_u64(wide, word);
        bytes.remove_prefix(sizeof(word));
    }
    auto value = static_cast<std::uint32_t>(wide);
    for (const char byte : bytes)
        value = _mm_crc32_u8(value, static_cast<unsigned char>(byte));
    return ~value;
}

}  // namespace

std::uint32_t crc32c_portable(std::uint32_t before, std::string_view bytes) {
    std::uint32_t value = ~before;
    for (const char byte : bytes) {
        value = (value >> 8) ^ kTable[(value ^ static_cast<unsigned char>(byte)) & 0xff];
    }
    return ~value;
}

std::uint32_t crc32c(std::uint32_t before, std::string_view bytes) {
    static const bool has_sse42 = __builtin_cpu_supports("sse4.2") != 0;
    return has_sse42 ? crc32c_sse42(before, bytes) : crc32c_portable(before, bytes);
}

}  // namespace qr
