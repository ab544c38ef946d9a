#include "server/app/await_vectors.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

#include "tests/support/stand_in_encoder.h"

namespace qr {
namespace {

namespace asio = boost::asio;
using test::StandInEncoder;

class PatientClient final : public http::Client {
  public:
    void on_gone(std::function<void()> gone) override { gone_ = std::move(gone); }
    void leave() { gone_(); }

  private:
    std::function<void()> gone_;
};

asio::awaitable<void> await_into(Encoder& encoder, EncoderTerms& terms,
                                 std::optional<Result<EncodedTexts>>& out) {
    Result<EncodedTexts> result = co_await async_vectors(encoder, terms);
    out.emplace(std::move(result));
}

class AwaitVectors : public testing::Test {
  protected:
    void start(Encoder& encoder) {
        terms_.inputs = {{.text = "aab"}};
        terms_.client = &client_;
        asio::co_spawn(context_, await_into(encoder, terms_, result_), asio::detached);
    }

    asio::io_context context_;
    PatientClient client_;
    EncoderTerms terms_;
    std::optional<Result<EncodedTexts>> result_;
};

TEST_F(AwaitVectors, ResumesWithWhatWasThereAtOnce) {
    StandInEncoder encoder;
    start(encoder);
    context_.run();
    ASSERT_TRUE(result_.has_value() && result_->ok());
    EXPECT_EQ((*result_)->dimension, StandInEncoder::kDimension);
}

TEST_F(AwaitVectors, ResumesOnTheCoroutinesThreadWhenAnotherAnswers) {
    StandInEncoder encoder(StandInEncoder::Mode::held);
    start(encoder);
    context_.poll();
    EXPECT_FALSE(result_.has_value());
    std::vector<EncoderJob> held = encoder.take_held();
    ASSERT_EQ(held.size(), 1u);
    const auto work = asio::make_work_guard(context_);
    std::thread other([&held] { StandInEncoder::answer(held.front()); });
    other.join();
    context_.run_one();
    EXPECT_TRUE(result_.has_value());
}

TEST_F(AwaitVectors, AbandonsTheJobOfAClientThatLeaves) {
    StandInEncoder encoder(StandInEncoder::Mode::held);
    start(encoder);
    context_.poll();
    std::vector<EncoderJob> held = encoder.take_held();
    ASSERT_EQ(held.size(), 1u);
    EXPECT_FALSE(held.front().is_abandoned->load());
    client_.leave();
    EXPECT_TRUE(held.front().is_abandoned->load());
    held.front().reply.deliver(Error{.code = Code::cancelled});
    context_.run();
    EXPECT_EQ(result_->error().code, Code::cancelled);
}

}  // namespace
}  // namespace qr
