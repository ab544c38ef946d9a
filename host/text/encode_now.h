// An encoder asked by someone who has nothing else to do: a command, a test.
#pragma once

#include <vector>

#include "host/text/encoder.h"

namespace qr {

// Waits for the answer. The texts must live until then.
Result<EncodedTexts> encode_now(Encoder& encoder, std::vector<EncoderInput> inputs);

}  // namespace qr
