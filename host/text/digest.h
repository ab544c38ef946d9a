// SHA-256, as hexadecimal digits: names what a model's files hold.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace qr {

// Of several parts, each behind its size (8 bytes, little-endian): no two lists of parts are alike.
std::string sha256_of_parts(std::span<const std::string_view> parts);

}  // namespace qr
