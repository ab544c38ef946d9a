// A JSON header and tensors behind it. The first two bytes of the input choose the header's length
// and how far off its alignment the body lies.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "request_invariants.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return EXIT_SUCCESS;
    const std::size_t header_length = data[0];
    const std::size_t shift = data[1] % 9;
    const qr::native::ParseLimits limits{.documents_max = 50, .queries_max = 20};
    qr::fuzz::check_rerank(qr::fuzz::payload_of(data + 2, size - 2, header_length, shift), limits);
    qr::fuzz::check_score(qr::fuzz::payload_of(data + 2, size - 2, header_length, shift), limits);
    return EXIT_SUCCESS;
}
