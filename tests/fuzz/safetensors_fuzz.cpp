// Any bytes are read as tensors or refused; what is read lies in them, in order, without a gap.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "host/base/check.h"
#include "host/encoding/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
    const qr::Result<qr::Safetensors> parsed = qr::Safetensors::parse(bytes, "fuzz.safetensors");
    if (!parsed) {
        QR_CHECK(!parsed.error().message.empty());
        return EXIT_SUCCESS;
    }
    std::size_t described = 0;
    for (const qr::Tensor& tensor : parsed->tensors()) {
        std::size_t numbers = 1;
        for (const std::size_t axis : tensor.shape)
            numbers *= axis;
        QR_CHECK(numbers == tensor.count());
        QR_CHECK(tensor.bytes.data() >= bytes.data());
        QR_CHECK(tensor.bytes.data() + tensor.bytes.size() <= bytes.data() + bytes.size());
        QR_CHECK(parsed->find(tensor.name) != nullptr);
        described += tensor.bytes.size();
    }
    QR_CHECK(described <= bytes.size());
    return EXIT_SUCCESS;
}
