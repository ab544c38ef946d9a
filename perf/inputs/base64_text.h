// base64 as clients make it (RFC 4648), group by group; the product only decodes.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace qr::perf {

std::string base64_text(std::span<const std::byte> bytes);

}  // namespace qr::perf
