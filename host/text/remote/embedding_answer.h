// Reads what an embedding service answers: OpenAI's object or text-embeddings-inference's arrays.
//
// Trusts nothing: every text has exactly one vector, all of one length, every number a finite
// float32. What does not fit is an `unavailable` Error that names the place, the found and the
// allowed. Strict on purpose: a vector of the wrong text is worse than none.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "host/base/error.h"
#include "host/text/remote/remote_encoder_options.h"

namespace qr {

inline constexpr std::size_t kRemoteDimensionMax = 65'536;

struct EmbeddingAnswer {
    std::vector<std::vector<float>> vectors;  // one a text, in their order, of one length
    std::size_t tokens = 0;                   // of all texts; 0: not said
};

// `texts` is how many were sent, at least one. Vectors may be arrays of numbers or base64 of
// little-endian float32, whatever was asked for.
Result<EmbeddingAnswer> read_embedding_answer(EncoderApi api, const std::string& body,
                                              std::size_t texts);

}  // namespace qr
