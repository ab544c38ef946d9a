// Every instruction set must decode, or refuse, any text exactly as the scalar loop does.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/check.h"
#include "host/encoding/base64.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace base64 = qr::base64;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    std::vector<std::byte> expected(base64::decoded_size(text));
    const auto fault = base64::decode(base64::Kind::scalar, text, expected);
    if (fault) {
        QR_CHECK(fault->offset <= text.size());
        QR_CHECK(!base64::describe(*fault, text).empty());
    }
    for (const base64::Kind kind : base64::kinds()) {
        std::vector<std::byte> found(expected.size());
        QR_CHECK(base64::decode(kind, text, found) == fault);
        QR_CHECK(fault.has_value() || found == expected);
    }
    return EXIT_SUCCESS;
}
