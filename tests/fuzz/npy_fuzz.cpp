// Any bytes as a .npy file: refused with a short reason, or as many numbers as it says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "host/base/check.h"
#include "server/dialects/npy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto parsed = qr::collections::parse_npy(bytes);
    if (!parsed.ok()) {
        QR_CHECK(!parsed.error().message.empty() && parsed.error().message.size() < 2000);
        return EXIT_SUCCESS;
    }
    constexpr std::size_t kWidths[] = {4, 2, 8, 1};
    const std::size_t width = kWidths[static_cast<std::size_t>(parsed->type)];
    QR_CHECK(parsed->rows > 0 && parsed->dimension > 0);
    QR_CHECK(parsed->numbers.size() / width / parsed->dimension == parsed->rows);
    QR_CHECK(parsed->numbers.data() + parsed->numbers.size() == bytes.data() + bytes.size());
    return EXIT_SUCCESS;
}
