// The frame that a value lies in on the disk: a header of 8 bytes, then the value.
//
//   0  version, 1
//   1  flags, 0: a later version may give them a meaning, this one refuses what it does not know
//   2  zero, zero
//   4  CRC-32C, little-endian, of shelf, bytes 0-3, length of the key, key and value
//
// The checksum covers the key, so that a value that turns up under another one is seen as well. It
// stands beside those of the database: they are of blocks, and say nothing about what a compaction
// wrote wrongly.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "host/base/error.h"
#include "host/store/store.h"

namespace qr {

inline constexpr std::size_t kFrameBytes = 8;

// What is written before the value.
std::array<char, kFrameBytes> frame_header(Shelf shelf, std::string_view key,
                                           std::string_view value);

// The value in `framed`, a view into it. Errors: `internal`, what is wrong with it.
Result<std::string_view> unframe(Shelf shelf, std::string_view key, std::string_view framed);

}  // namespace qr
