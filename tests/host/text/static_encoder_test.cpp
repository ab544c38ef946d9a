#include "host/text/static_encoder.h"

#include <gtest/gtest.h>

#include <bit>
#include <future>

#include "tests/host/text/data_files.h"
#include "tests/support/manual_clock.h"

namespace qr {
namespace {

using Answer = Result<EncodedTexts>;

class PromiseSink final : public EncoderSink {
  public:
    explicit PromiseSink(std::promise<Answer> promise) : promise_(std::move(promise)) {}
    void deliver(Answer result) noexcept override { promise_.set_value(std::move(result)); }

  private:
    std::promise<Answer> promise_;
};

// Holds the thread that delivers until it is let go.
class HoldingSink final : public EncoderSink {
  public:
    HoldingSink(std::promise<void>& reached, std::shared_future<void> let_go)
        : reached_(reached), let_go_(std::move(let_go)) {}
    void deliver(Answer) noexcept override {
        reached_.set_value();
        let_go_.wait();
    }

  private:
    std::promise<void>& reached_;
    std::shared_future<void> let_go_;
};

// Time that passes a step whenever somebody looks.
class TickingClock final : public Clock {
  public:
    TimePoint now() const override { return TimePoint(Duration(++ticks_)); }

  private:
    mutable std::atomic<Duration::rep> ticks_{0};
};

TextVectors golden_vectors() {
    static const std::string embeddings =
        test::read_whole(test::data_path("model2vec.safetensors"));
    static const std::string tokenizer = test::read_whole(test::data_path("tokenizer.json"));
    return TextVectors(load_model2vec({.name = "golden",
                                       .config = R"({"normalize":true})",
                                       .tokenizer = tokenizer,
                                       .embeddings = embeddings})
                           .value());
}

class StaticEncoderTest : public testing::Test {
  protected:
    std::unique_ptr<StaticEncoder> make(const StaticEncoderOptions& options,
                                        const Clock* clock = nullptr) {
        return std::make_unique<StaticEncoder>(golden_vectors(), buffers_,
                                               clock == nullptr ? clock_ : *clock, options);
    }
    // Everything in small slices on threads.
    static StaticEncoderOptions sliced(std::size_t threads) {
        return {.threads = threads, .at_once_cost_max = 0, .slice_cost_max = 400};
    }
    static EncoderJob job(const std::vector<std::string>& texts, EncoderReply reply) {
        EncoderJob made{.reply = std::move(reply)};
        const auto kept = std::make_shared<const std::vector<std::string>>(texts);
        for (const std::string& text : *kept)
            made.inputs.push_back({.text = text});
        made.texts = kept;
        return made;
    }
    static std::pair<EncoderJob, std::future<Answer>> job(const std::vector<std::string>& texts) {
        std::promise<Answer> promise;
        std::future<Answer> answer = promise.get_future();
        EncoderReply reply(std::make_unique<PromiseSink>(std::move(promise)));
        return {job(texts, std::move(reply)), std::move(answer)};
    }
    static Answer encode(Encoder& encoder, const std::vector<std::string>& texts) {
        auto [made, answer] = job(texts);
        encoder.encode(std::move(made));
        return answer.get();
    }
    static std::vector<std::uint32_t> bits(const EncodedTexts& texts, std::size_t inputs) {
        std::vector<std::uint32_t> all(inputs * texts.dimension);
        std::memcpy(all.data(), texts.rows.data(), all.size() * sizeof(float));
        return all;
    }

    BufferPool buffers_{std::size_t{16} << 20};
    test::ManualClock clock_;
};

TEST_F(StaticEncoderTest, SaysWhatItIs) {
    const EncoderInfo info = make({})->info();
    EXPECT_EQ("golden", info.name);
    EXPECT_EQ("static", info.kind);
    EXPECT_EQ(12U, info.dimension);
    EXPECT_EQ(512U, info.tokens_max);
    EXPECT_EQ(64U, info.digest.size());
    EXPECT_NE(nullptr, make({})->tokenizer());
}

TEST_F(StaticEncoderTest, AnswersASmallJobBeforeItReturns) {
    const auto encoder = make({});
    auto [made, answer] = job({"the token", "\xF0\x9F\xA6\x84", "hello world"});
    encoder->encode(std::move(made));
    ASSERT_EQ(std::future_status::ready, answer.wait_for(std::chrono::seconds(0)));
    const Answer texts = answer.get();
    ASSERT_TRUE(texts.ok());
    EXPECT_EQ(12U, texts->dimension);
    EXPECT_EQ(5U, texts->tokens);
    EXPECT_EQ(std::vector<std::size_t>{1}, texts->unknown);
}

TEST_F(StaticEncoderTest, GivesTheSameBitsInEveryBatchSliceAndThread) {
    std::vector<std::string> texts = test::read_texts();
    texts.resize(2000);
    const auto whole = make({.at_once_cost_max = SIZE_MAX});
    const Answer expected = encode(*whole, texts);
    ASSERT_TRUE(expected.ok());
    EXPECT_FALSE(expected->unknown.empty());
    for (const std::size_t threads : {1U, 3U}) {
        const auto encoder = make(sliced(threads));
        const Answer found = encode(*encoder, texts);
        ASSERT_TRUE(found.ok());
        EXPECT_EQ(bits(*expected, texts.size()), bits(*found, texts.size()));
        EXPECT_EQ(expected->unknown, found->unknown);
        EXPECT_EQ(expected->tokens, found->tokens);
    }
    for (const std::size_t i : {0U, 17U, 500U}) {
        const Answer alone = encode(*whole, {texts[i]});
        const std::vector<std::uint32_t> all = bits(*expected, texts.size());
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(12 * i);
        EXPECT_EQ(std::vector<std::uint32_t>(first, first + 12), bits(*alone, 1));
    }
}

TEST_F(StaticEncoderTest, ServesManyClientsAtOnce) {
    const auto encoder = make(sliced(2));
    std::vector<std::string> texts = test::read_texts();
    texts.resize(200);
    const Answer expected = encode(*encoder, texts);
    std::vector<std::future<Answer>> answers;
    for (int client = 0; client < 20; ++client) {
        auto [made, answer] = job(texts);
        encoder->encode(std::move(made));
        answers.push_back(std::move(answer));
    }
    for (std::future<Answer>& answer : answers)
        EXPECT_EQ(bits(*expected, texts.size()), bits(*answer.get(), texts.size()));
}

TEST_F(StaticEncoderTest, RefusesMoreJobsThanMayWaitAndAnswersTheRestWhenItStops) {
    StaticEncoderOptions options = sliced(1);
    options.waiting_jobs_max = 2;
    const auto encoder = make(options);
    std::promise<void> reached;
    std::promise<void> let_go;
    encoder->encode(job({"held"}, EncoderReply(std::make_unique<HoldingSink>(
                                      reached, let_go.get_future().share()))));
    reached.get_future().wait();
    auto [first, first_answer] = job({"one"});
    auto [second, second_answer] = job({"two"});
    auto [third, third_answer] = job({"three"});
    encoder->encode(std::move(first));
    encoder->encode(std::move(second));
    encoder->encode(std::move(third));
    EXPECT_EQ(Code::overloaded, third_answer.get().error().code);
    auto stopping = std::async(std::launch::async, [&] { encoder->stop(); });
    EXPECT_EQ(Code::unavailable, first_answer.get().error().code);
    EXPECT_EQ(Code::unavailable, second_answer.get().error().code);
    let_go.set_value();
    stopping.get();
    EXPECT_EQ(Code::unavailable, encode(*encoder, {"late"}).error().code);
}

TEST_F(StaticEncoderTest, DropsAJobWhoseDeadlinePassesBetweenSlices) {
    const TickingClock clock;
    const auto encoder = make(sliced(1), &clock);
    auto [made, answer] = job(std::vector<std::string>(100, std::string(400, 'x')));
    made.deadline = TimePoint(Duration(20));
    encoder->encode(std::move(made));
    EXPECT_EQ(Code::deadline_exceeded, answer.get().error().code);
}

TEST_F(StaticEncoderTest, DoesNotBeginAfterTheDeadline) {
    const auto encoder = make({});
    auto [made, answer] = job({"the"});
    made.deadline = clock_.now();
    encoder->encode(std::move(made));
    EXPECT_EQ(Code::deadline_exceeded, answer.get().error().code);
}

TEST_F(StaticEncoderTest, DropsAJobWhoseClientHasLeft) {
    const auto encoder = make(sliced(1));
    auto [made, answer] = job({"the"});
    made.is_abandoned = std::make_shared<const std::atomic<bool>>(true);
    encoder->encode(std::move(made));
    EXPECT_EQ(Code::cancelled, answer.get().error().code);
}

}  // namespace
}  // namespace qr
