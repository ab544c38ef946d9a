#include "server/app/await_scores.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

#include "tests/support/gated_backend.h"
#include "tests/support/manual_clock.h"

namespace qr {
namespace {

namespace asio = boost::asio;

struct Outcome {
    std::optional<Result<JobScores>> result;
    std::thread::id resumed_on;
};

// A client whose leaving the test decides.
class PatientClient final : public http::Client {
  public:
    void on_gone(std::function<void()> gone) override { gone_ = std::move(gone); }
    bool is_watched() const { return gone_ != nullptr; }
    void leave() { gone_(); }

  private:
    std::function<void()> gone_;
};

asio::awaitable<void> await_into(Batcher& batcher, JobTerms& terms, Outcome& outcome) {
    Result<JobScores> result = co_await async_scores(batcher, terms);
    outcome.result.emplace(std::move(result));
    outcome.resumed_on = std::this_thread::get_id();
}

class AwaitScores : public testing::Test {
  protected:
    JobTerms terms() const {
        return {.task = {.queries = {&value_, 1, 1},
                         .documents = {&value_, 1, 1},
                         .method = scoring::Method::cosine}};
    }

    // Runs the coroutine on an io_context of its own, on the calling thread, until it has ended.
    Outcome run(Batcher& batcher) {
        asio::io_context context;
        JobTerms submitted = terms();
        Outcome outcome;
        asio::co_spawn(context, await_into(batcher, submitted, outcome), asio::detached);
        context.run();
        return outcome;
    }

    const float value_ = 5;
    test::GatedBackend backend_;
    test::ManualClock clock_;
};

TEST_F(AwaitScores, ResumesOnTheThreadThatRunsTheCoroutine) {
    Batcher batcher(backend_, clock_, {});
    const Outcome outcome = run(batcher);
    ASSERT_TRUE(outcome.result.has_value());
    ASSERT_TRUE(outcome.result->ok());
    EXPECT_EQ((*outcome.result)->scores.values, std::vector<double>{5});
    EXPECT_EQ(outcome.resumed_on, std::this_thread::get_id());
}

TEST_F(AwaitScores, ARefusedSubmissionComesBackAsTheBatchersError) {
    Batcher batcher(backend_, clock_, {});
    batcher.stop();
    const Outcome outcome = run(batcher);
    ASSERT_TRUE(outcome.result.has_value());
    EXPECT_EQ(outcome.result->error().code, Code::unavailable);
}

TEST_F(AwaitScores, AClientThatLeavesCancelsItsWaitingJob) {
    backend_.shut();
    Batcher batcher(backend_, clock_, {});
    asio::io_context context;
    JobTerms first = terms();
    JobTerms second = terms();
    PatientClient client;
    second.client = &client;
    Outcome outcome;
    Outcome cancelled;
    asio::co_spawn(context, await_into(batcher, first, outcome), asio::detached);
    context.poll();
    backend_.await_batches(1);
    asio::co_spawn(context, await_into(batcher, second, cancelled), asio::detached);
    context.poll();
    ASSERT_TRUE(client.is_watched());
    client.leave();
    while (!cancelled.result)
        context.run_one();
    EXPECT_EQ(cancelled.result->error().code, Code::cancelled);
    EXPECT_FALSE(outcome.result.has_value());
    backend_.open();
    context.run();
    EXPECT_TRUE(outcome.result->ok());
    EXPECT_EQ(backend_.scored().size(), 1u) << "the cancelled job never reached the backend";
}

TEST_F(AwaitScores, NobodyWatchesTheClientOfAJobThatIsScoredAtOnce) {
    backend_.allow_at_once(1);
    Batcher batcher(backend_, clock_, {});
    asio::io_context context;
    JobTerms submitted = terms();
    PatientClient client;
    submitted.client = &client;
    Outcome outcome;
    asio::co_spawn(context, await_into(batcher, submitted, outcome), asio::detached);
    context.run();
    EXPECT_TRUE(outcome.result->ok());
    EXPECT_FALSE(client.is_watched());
}

TEST_F(AwaitScores, AnAnswerThatComesAfterItsContextStoppedLeaksNothing) {
    asio::io_context context;
    JobTerms submitted = terms();
    Outcome outcome;
    backend_.shut();
    Batcher batcher(backend_, clock_, {});
    asio::co_spawn(context, await_into(batcher, submitted, outcome), asio::detached);
    context.poll();
    backend_.await_batches(1);
    context.stop();
    backend_.open();
    batcher.stop();
    EXPECT_FALSE(outcome.result.has_value());
}

}  // namespace
}  // namespace qr
