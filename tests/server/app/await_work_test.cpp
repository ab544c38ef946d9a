#include "server/app/await_work.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>

#include "tests/support/manual_clock.h"

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

asio::awaitable<void> await_into(WorkPool& pool, WorkTerms<int>& terms,
                                 std::optional<Result<int>>& out, std::thread::id& thread) {
    Result<int> result = co_await async_work(pool, terms);
    thread = std::this_thread::get_id();
    out.emplace(std::move(result));
}

class AwaitWork : public testing::Test {
  protected:
    void start(WorkPool& pool) {
        asio::co_spawn(context_, await_into(pool, terms_, result_, thread_), asio::detached);
    }
    // Until the coroutine has its result.
    void finish() {
        context_.restart();
        const auto guard = asio::make_work_guard(context_);
        while (!result_)
            context_.run_one();
    }

    asio::io_context context_;
    WorkTerms<int> terms_;
    std::optional<Result<int>> result_;
    std::thread::id thread_;
};

TEST_F(AwaitWork, ResumesOnItsOwnThreadWithWhatAnotherComputed) {
    WorkPool pool({.threads = 1});
    std::thread::id worker;
    terms_.work = [&worker] {
        worker = std::this_thread::get_id();
        return 42;
    };
    start(pool);
    finish();
    EXPECT_EQ(**result_, 42);
    EXPECT_EQ(thread_, std::this_thread::get_id());
    EXPECT_NE(worker, thread_);
}

TEST_F(AwaitWork, DoesNotBeginPastTheDeadline) {
    WorkPool pool({.threads = 1});
    test::ManualClock clock;
    terms_.work = [] { return 1; };
    terms_.clock = &clock;
    terms_.deadline = clock.now();
    start(pool);
    finish();
    EXPECT_EQ(result_->error().code, Code::deadline_exceeded);
}

TEST_F(AwaitWork, DoesNotBeginForAClientThatHasLeft) {
    WorkPool pool({.threads = 1, .waiting_max = 2});
    std::promise<void> gate;
    WorkTerms<int> before{.work = [opened = gate.get_future().share()] {
        opened.wait();
        return 0;
    }};
    std::optional<Result<int>> first;
    asio::co_spawn(context_, await_into(pool, before, first, thread_), asio::detached);
    PatientClient client;
    terms_.work = [] { return 1; };
    terms_.client = &client;
    start(pool);
    context_.poll();
    client.leave();
    gate.set_value();
    finish();
    EXPECT_EQ(result_->error().code, Code::cancelled);
}

TEST_F(AwaitWork, TellsAnExceptionApartFromAnAnswer) {
    WorkPool pool({.threads = 1});
    terms_.work = []() -> Result<int> { throw std::bad_alloc(); };
    start(pool);
    finish();
    EXPECT_EQ(result_->error().code, Code::out_of_memory);
}

TEST_F(AwaitWork, IsRefusedByAPoolThatIsFullOrStopped) {
    WorkPool full({.threads = 1, .waiting_max = 0});
    terms_.work = [] { return 1; };
    start(full);
    finish();
    EXPECT_EQ(result_->error().code, Code::overloaded);

    WorkPool stopped({.threads = 1});
    stopped.stop();
    result_.reset();
    terms_.work = [] { return 1; };
    start(stopped);
    finish();
    EXPECT_EQ(result_->error().code, Code::unavailable);
}

}  // namespace
}  // namespace qr
