// Makes the encoders that run in this process.
#pragma once

#include <memory>
#include <string>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/text/encoder.h"
#include "host/text/static_encoder.h"

namespace qr {

// From a folder as Model2Vec writes it. Errors: `not_found`, `invalid`, naming the file.
Result<std::unique_ptr<Encoder>> make_static_encoder(const std::string& folder, BufferPool& buffers,
                                                     const Clock& clock,
                                                     const StaticEncoderOptions& options = {});
// The model of host/text/model, which lies in this program.
Result<std::unique_ptr<Encoder>> make_embedded_encoder(BufferPool& buffers, const Clock& clock,
                                                       const StaticEncoderOptions& options = {});

}  // namespace qr
