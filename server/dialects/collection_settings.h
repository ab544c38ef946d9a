// PUT /v1/collections/{name}: what a collection is to be like.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "host/collection/collection.h"
#include "server/dialects/native.h"

namespace qr::collections {

struct CreateRequest {
    std::optional<std::size_t> dimension;  // none: the encoder's, which makes its vectors
    Dtype storage = Dtype::float32;
    std::optional<Dtype> scan;  // none: the engine's choice
    std::optional<double> ttl_seconds;
};

// {"dimension"?, "storage"?, "scan"?, "ttl_seconds"?}, or nothing. Any other word is refused.
// Errors: `malformed`, `invalid`, each with its pointer.
Result<CreateRequest> read_settings(const native::Payload& payload);

// How a collection that is there differs from what is asked for: empty where it does not. What is
// left open (the scan, the encoder) does not differ.
std::string difference(const CollectionSettings& there, const CollectionSettings& asked);

// {"folder": name}: of a snapshot, one name without a path. Errors likewise.
Result<std::string> read_folder(const native::Payload& payload);

}  // namespace qr::collections
