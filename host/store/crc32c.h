// CRC-32C (Castagnoli), the checksum of values in a store.
#pragma once

#include <cstdint>
#include <string_view>

namespace qr {

// Of `bytes` behind those that `before` is the checksum of; 0 before the first.
std::uint32_t crc32c(std::uint32_t before, std::string_view bytes);

// The same, a byte at a time from a table: for CPUs without SSE 4.2, and to hold the other to.
std::uint32_t crc32c_portable(std::uint32_t before, std::string_view bytes);

}  // namespace qr
