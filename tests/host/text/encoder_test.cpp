#include "host/text/encoder.h"

#include <gtest/gtest.h>

namespace qr {
namespace {

struct Heard {
    std::size_t answers = 0;
    Code code = Code::invalid;
};

class HearingSink final : public EncoderSink {
  public:
    explicit HearingSink(Heard& heard) : heard_(heard) {}
    void deliver(Result<EncodedTexts> result) noexcept override {
        ++heard_.answers;
        if (!result) heard_.code = result.error().code;
    }

  private:
    Heard& heard_;
};

TEST(EncoderReply, AnswersForWhoeverDropsIt) {
    Heard heard;
    { const EncoderReply reply(std::make_unique<HearingSink>(heard)); }
    EXPECT_EQ(1U, heard.answers);
    EXPECT_EQ(Code::internal, heard.code);
}

TEST(EncoderReply, AnswersOnce) {
    Heard heard;
    {
        EncoderReply reply(std::make_unique<HearingSink>(heard));
        EncoderReply moved = std::move(reply);
        moved.deliver(Error{.code = Code::overloaded});
    }
    EXPECT_EQ(1U, heard.answers);
    EXPECT_EQ(Code::overloaded, heard.code);
}

}  // namespace
}  // namespace qr
