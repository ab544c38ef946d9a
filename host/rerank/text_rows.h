// The texts of a request, on their way to the encoder and back as rows of its matrices.
#pragma once

#include <vector>

#include "host/base/buffer.h"
#include "host/base/error.h"
#include "host/rerank/rerank_request.h"
#include "host/text/encoder.h"

namespace qr {

// Queries first, then documents, each ascending; views of the request's own texts.
std::vector<EncoderInput> encoder_inputs(const ScoreRequest& request);

// Puts the vectors of those inputs where their texts stood; the request has no texts any more, and
// a warning for each that the encoder knew nothing of. Errors: `invalid`, where the request's own
// vectors have another dimension than the encoder's.
Result<void> place_vectors(ScoreRequest& request, EncodedTexts encoded, BufferPool& buffers);

}  // namespace qr
