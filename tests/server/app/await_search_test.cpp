#include "server/app/await_search.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>

#include "tests/support/stand_in_collection.h"

namespace qr {
namespace {

namespace asio = boost::asio;

class PatientClient final : public http::Client {
  public:
    void on_gone(std::function<void()> gone) override { gone_ = std::move(gone); }
    void leave() { gone_(); }

  private:
    std::function<void()> gone_;
};

asio::awaitable<void> await_into(SearchDesk& desk, SearchTerms& terms,
                                 std::optional<Result<SearchAnswer>>& out) {
    Result<SearchAnswer> result = co_await async_search(desk, terms);
    out.emplace(std::move(result));
}

class AwaitSearch : public testing::Test {
  protected:
    void start() {
        terms_.job.collection = collection_;
        terms_.job.queries = {query_.data(), 1, query_.size()};
        terms_.client = &client_;
        asio::co_spawn(context_, await_into(desk_, terms_, result_), asio::detached);
    }
    void finish() {
        context_.restart();
        const auto guard = asio::make_work_guard(context_);
        while (!result_)
            context_.run_one();
    }

    asio::io_context context_;
    PatientClient client_;
    const std::array<float, 2> query_ = {0.5F, 1};
    const std::shared_ptr<test::StandInCollection> collection_ =
        std::make_shared<test::StandInCollection>();
    const SteadyClock clock_{};
    SearchDesk desk_{clock_, {}};
    SearchTerms terms_;
    std::optional<Result<SearchAnswer>> result_;
};

TEST_F(AwaitSearch, ResumesWithTheHits) {
    start();
    finish();
    ASSERT_TRUE(result_->ok());
    EXPECT_EQ((*result_)->results.front().hits.front().score, 0.5);
}

TEST_F(AwaitSearch, CancelsTheSearchOfAClientThatLeaves) {
    collection_->shut();
    start();
    context_.poll();
    collection_->await_searches(1);
    client_.leave();
    collection_->open();
    finish();
    EXPECT_EQ(result_->error().code, Code::cancelled);
}

TEST_F(AwaitSearch, IsToldThatTheDeskHasStopped) {
    desk_.stop();
    start();
    finish();
    EXPECT_EQ(result_->error().code, Code::unavailable);
}

}  // namespace
}  // namespace qr
