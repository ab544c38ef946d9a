// What text-embeddings-inference tells of itself at GET /info.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace qr {

struct ServiceInfo {
    std::string model;
    std::size_t batch_max = 0;   // texts in one call; 0: not said
    std::size_t tokens_max = 0;  // of one text; 0: not said
};

// Empty when the answer is not text-embeddings-inference's.
std::optional<ServiceInfo> read_service_info(const std::string& body);

}  // namespace qr
