#include "host/text/encoder.h"

#include <gtest/gtest.h>

#include <optional>

namespace qr {
namespace {

class KeptSink final : public EncoderSink {
  public:
    explicit KeptSink(std::optional<Result<EncodedTexts>>& kept) : kept_(kept) {}
    void deliver(Result<EncodedTexts> result) noexcept override {
        kept_.emplace(std::move(result));
    }

  private:
    std::optional<Result<EncodedTexts>>& kept_;
};

TEST(EncoderReply, DeliversOnce) {
    std::optional<Result<EncodedTexts>> kept;
    {
        EncoderReply reply(std::make_unique<KeptSink>(kept));
        reply.deliver(EncodedTexts{.rows = {}, .dimension = 5});
        ASSERT_TRUE(kept.has_value());
        EXPECT_EQ((*kept)->dimension, 5u);
        kept.reset();
    }
    EXPECT_FALSE(kept.has_value());
}

TEST(EncoderReply, AnswersWhenItIsDropped) {
    std::optional<Result<EncodedTexts>> kept;
    { const EncoderReply reply(std::make_unique<KeptSink>(kept)); }
    ASSERT_TRUE(kept.has_value());
    EXPECT_EQ(kept->error().code, Code::internal);
}

}  // namespace
}  // namespace qr
