// Any bytes as a JSON body: refused with a short reason, or views that lie in their storage.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "request_invariants.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const qr::native::ParseLimits limits{
        .documents_max = 50, .queries_max = 20, .text_bytes_max = 100, .warnings_max = 3};
    qr::fuzz::check_rerank(qr::fuzz::payload_of(data, size, std::nullopt, 0), limits);
    qr::fuzz::check_score(qr::fuzz::payload_of(data, size, std::nullopt, 0), limits);
    return EXIT_SUCCESS;
}
