// The encoder that the configuration asks for: the same for serve and for rerank.
#pragma once

#include <memory>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/text/encoder.h"
#include "server/config/config.h"

namespace qr {

// Null for `none`. Errors: `invalid`, `not_found`, naming the setting or the file. `clock` and
// `buffers` must outlive it.
Result<std::unique_ptr<Encoder>> make_encoder(const Config& config, const Clock& clock,
                                              BufferPool& buffers);

}  // namespace qr
