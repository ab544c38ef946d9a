// Where a test's replies of an encoder arrive.
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "host/text/encoder.h"

namespace qr::test {

// Counts its deliveries and keeps the first.
class EncoderMailbox {
  public:
    EncoderReply reply() { return EncoderReply(std::make_unique<Sink>(*this)); }
    Result<EncodedTexts> await() { return promise_.get_future().get(); }
    int deliveries() const { return deliveries_; }

  private:
    class Sink final : public EncoderSink {
      public:
        explicit Sink(EncoderMailbox& box) : box_(box) {}
        void deliver(Result<EncodedTexts> result) noexcept override {
            if (++box_.deliveries_ == 1) box_.promise_.set_value(std::move(result));
        }

      private:
        EncoderMailbox& box_;
    };

    std::atomic<int> deliveries_ = 0;
    std::promise<Result<EncodedTexts>> promise_;
};

// A job that keeps its texts.
inline EncoderJob job_of(std::vector<std::string> texts, EncoderMailbox& box,
                         std::optional<TimePoint> deadline = std::nullopt) {
    auto kept = std::make_shared<const std::vector<std::string>>(std::move(texts));
    EncoderJob job{.texts = kept, .deadline = deadline, .reply = box.reply()};
    for (const std::string& text : *kept)
        job.inputs.push_back({.text = text});
    return job;
}

}  // namespace qr::test
