#include "host/base/work_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <vector>

namespace qr {
namespace {

struct Outcome {
    std::promise<bool> was_run;
    std::promise<void> has_begun;
    std::shared_future<void> gate;  // run() waits for it where it is valid
};

class NotedWork final : public Work {
  public:
    explicit NotedWork(Outcome& outcome) : outcome_(outcome) {}
    void run() noexcept override {
        outcome_.has_begun.set_value();
        if (outcome_.gate.valid()) outcome_.gate.wait();
        outcome_.was_run.set_value(true);
    }
    void drop() noexcept override { outcome_.was_run.set_value(false); }

  private:
    Outcome& outcome_;
};

WorkPool::Taken submit(WorkPool& pool, Outcome& outcome) {
    std::unique_ptr<Work> work = std::make_unique<NotedWork>(outcome);
    const WorkPool::Taken taken = pool.submit(work);
    EXPECT_EQ(work == nullptr, taken == WorkPool::Taken::yes);
    return taken;
}

TEST(WorkPool, RunsWhatItTakes) {
    WorkPool pool({.threads = 2, .waiting_max = 100});
    std::vector<Outcome> outcomes(50);
    for (Outcome& outcome : outcomes)
        ASSERT_EQ(submit(pool, outcome), WorkPool::Taken::yes);
    for (Outcome& outcome : outcomes)
        EXPECT_TRUE(outcome.was_run.get_future().get());
}

TEST(WorkPool, RefusesMoreThanMayWait) {
    WorkPool pool({.threads = 1, .waiting_max = 1});
    std::promise<void> gate;
    Outcome under_way, waiting, refused;
    under_way.gate = gate.get_future().share();
    ASSERT_EQ(submit(pool, under_way), WorkPool::Taken::yes);
    under_way.has_begun.get_future().wait();
    EXPECT_EQ(submit(pool, waiting), WorkPool::Taken::yes);
    EXPECT_EQ(pool.waiting(), 1U);
    EXPECT_EQ(submit(pool, refused), WorkPool::Taken::full);
    gate.set_value();
    EXPECT_TRUE(waiting.was_run.get_future().get());
}

TEST(WorkPool, DropsWhatWaitsWhenItStopsAndFinishesWhatIsUnderWay) {
    WorkPool pool({.threads = 1, .waiting_max = 10});
    std::promise<void> gate;
    Outcome under_way, waiting, late;
    under_way.gate = gate.get_future().share();
    ASSERT_EQ(submit(pool, under_way), WorkPool::Taken::yes);
    under_way.has_begun.get_future().wait();
    ASSERT_EQ(submit(pool, waiting), WorkPool::Taken::yes);
    std::future<bool> was_waiting_run = waiting.was_run.get_future();
    auto stopping = std::async(std::launch::async, [&pool] { pool.stop(); });
    EXPECT_FALSE(was_waiting_run.get());
    EXPECT_EQ(submit(pool, late), WorkPool::Taken::stopped);
    gate.set_value();
    stopping.get();
    EXPECT_TRUE(under_way.was_run.get_future().get());
}

}  // namespace
}  // namespace qr
