#include "host/store/frame.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "host/store/crc32c.h"

namespace qr {
namespace {

constexpr char kFrameVersion = 1;
constexpr std::size_t kChecksumAt = 4;
static_assert(std::endian::native == std::endian::little);

std::uint32_t checksum(Shelf shelf, std::string_view key, std::string_view head,
                       std::string_view value) {
    std::array<char, 9> lead{};
    lead[0] = static_cast<char>(shelf);
    std::memcpy(&lead[1], head.data(), kChecksumAt);
    const auto key_bytes = static_cast<std::uint32_t>(key.size());
    std::memcpy(&lead[5], &key_bytes, sizeof(key_bytes));
    const std::uint32_t before = crc32c(0, {lead.data(), lead.size()});
    return crc32c(crc32c(before, key), value);
}

Error damaged(std::string what) {
    return {.code = Code::internal, .message = std::move(what)};
}

}  // namespace

std::array<char, kFrameBytes> frame_header(Shelf shelf, std::string_view key,
                                           std::string_view value) {
    std::array<char, kFrameBytes> header{kFrameVersion};
    const std::uint32_t sum = checksum(shelf, key, {header.data(), header.size()}, value);
    std::memcpy(&header[kChecksumAt], &sum, sizeof(sum));
    return header;
}

Result<std::string_view> unframe(Shelf shelf, std::string_view key, std::string_view framed) {
    if (framed.size() < kFrameBytes) {
        return damaged("the value has " + std::to_string(framed.size()) +
                       " bytes, less than its frame");
    }
    const std::string_view value = framed.substr(kFrameBytes);
    std::uint32_t found = 0;
    std::memcpy(&found, framed.data() + kChecksumAt, sizeof(found));
    if (found != checksum(shelf, key, framed, value)) {
        return damaged("the value does not match its checksum");
    }
    if (framed[0] != kFrameVersion || framed.substr(1, 3) != std::string_view("\0\0\0", 3)) {
        return damaged("the value's frame is of version " + std::to_string(framed[0]) +
                       " or has flags that are not known, allowed: version 1 without flags");
    }
    return value;
}

}  // namespace qr
