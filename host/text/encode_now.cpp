#include "host/text/encode_now.h"

#include <future>

namespace qr {
namespace {

class PromiseSink final : public EncoderSink {
  public:
    explicit PromiseSink(std::promise<Result<EncodedTexts>> promise)
        : promise_(std::move(promise)) {}
    void deliver(Result<EncodedTexts> result) noexcept override {
        promise_.set_value(std::move(result));
    }

  private:
    std::promise<Result<EncodedTexts>> promise_;
};

}  // namespace

Result<EncodedTexts> encode_now(Encoder& encoder, std::vector<EncoderInput> inputs) {
    std::promise<Result<EncodedTexts>> promise;
    std::future<Result<EncodedTexts>> answer = promise.get_future();
    encoder.encode({.inputs = std::move(inputs),
                    .texts = nullptr,
                    .deadline = std::nullopt,
                    .is_abandoned = nullptr,
                    .reply = EncoderReply(std::make_unique<PromiseSink>(std::move(promise)))});
    return answer.get();
}

}  // namespace qr
