#include "host/text/encoder.h"

#include "host/base/check.h"

namespace qr {

EncoderReply::~EncoderReply() {
    if (sink_ == nullptr) return;
    sink_->deliver(Error{.code = Code::internal, .message = "the texts were dropped unencoded"});
}

void EncoderReply::deliver(Result<EncodedTexts> result) noexcept {
    QR_CHECK(sink_ != nullptr);
    const std::unique_ptr<EncoderSink> sink = std::move(sink_);
    sink->deliver(std::move(result));
}

}  // namespace qr
