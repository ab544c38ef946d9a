#include "host/batching/job.h"

#include <gtest/gtest.h>

#include <vector>

namespace qr {
namespace {

class Recorder final : public ReplySink {
  public:
    explicit Recorder(std::vector<Code>& codes) : codes_(codes) {}
    void deliver(Result<JobScores> result) noexcept override {
        codes_.push_back(result.ok() ? Code::conflict : result.error().code);
    }

  private:
    std::vector<Code>& codes_;
};

TEST(Reply, DeliversOnce) {
    std::vector<Code> codes;
    {
        Reply reply(std::make_unique<Recorder>(codes));
        reply.deliver(Error{.code = Code::overloaded});
    }
    EXPECT_EQ(codes, std::vector{Code::overloaded});
}

TEST(Reply, AnswersInternalWhenItIsDropped) {
    std::vector<Code> codes;
    { const Reply reply(std::make_unique<Recorder>(codes)); }
    EXPECT_EQ(codes, std::vector{Code::internal});
}

TEST(Reply, MovingHandsTheDutyOver) {
    std::vector<Code> codes;
    {
        Reply first(std::make_unique<Recorder>(codes));
        const Reply second(std::move(first));
        EXPECT_TRUE(codes.empty());
    }
    EXPECT_EQ(codes, std::vector{Code::internal});
}

}  // namespace
}  // namespace qr
