// An encoder that asks an embedding service: OpenAI's API or text-embeddings-inference's.
//
// Texts whose vectors are in the cache are answered by whoever asks; all others are a matter of one
// thread, which drives the calls. What is asked when is call_desk.h's decision; here are the lock
// around it, the thread, and the making of matrices. No key is in any message.
#pragma once

#include <memory>

#include "host/base/buffer.h"
#include "host/base/clock.h"
#include "host/base/error.h"
#include "host/text/encoder.h"
#include "host/text/remote/remote_encoder_figures.h"
#include "host/text/remote/remote_encoder_options.h"

namespace qr {

class RemoteEncoder final : public Encoder {
  public:
    // Asks nobody yet. `clock` and `buffers` must outlive it. Errors: `invalid`, naming what of the
    // options; `unavailable`.
    static Result<std::unique_ptr<RemoteEncoder>> make(const RemoteEncoderOptions& options,
                                                       const Clock& clock, BufferPool& buffers);
    ~RemoteEncoder() override;  // stop()s

    EncoderInfo info() const override;
    void encode(EncoderJob job) override;
    // Not from a sink: it waits for the thread that delivers.
    void stop() override;

    EncoderFigures totals() const override;
    RemoteEncoderFigures figures() const;

  private:
    class Impl;
    explicit RemoteEncoder(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace qr
