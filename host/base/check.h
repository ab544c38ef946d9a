// QR_CHECK states what only a bug of ours can break; it names the place and aborts. Never for
// input.
#pragma once

namespace qr {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace qr

#define QR_CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::qr::check_failed(#condition, __FILE__, __LINE__))
