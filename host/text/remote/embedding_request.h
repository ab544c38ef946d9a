// What a call for vectors says to the service.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "host/text/encoder.h"
#include "host/text/remote/remote_encoder_options.h"

namespace qr {

std::string_view prefix_of(const RemoteEncoderOptions& options, TextRole role);

// The body that asks for the vectors of `inputs`, in their order. OpenAI's asks for base64, a
// third of the bytes of digits; text-embeddings-inference has no such choice on /embed. `api` is
// not automatic.
std::string print_embedding_request(EncoderApi api, const RemoteEncoderOptions& options,
                                    std::span<const EncoderInput> inputs);

// Where it goes, behind the service's URL without its end slash.
std::string_view embedding_path(EncoderApi api);

}  // namespace qr
