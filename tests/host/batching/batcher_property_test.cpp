// Whatever producers, cancellations, deadlines, faults and failures come together, over any number
// of lanes: every job is answered exactly once, with its own scores or a reason that applies to it,
// and the backend is given no row twice and none of a job that was over before.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <thread>
#include <tuple>

#include "host/batching/batch_policy.h"
#include "host/batching/batcher.h"
#include "tests/host/batching/mailbox.h"
#include "tests/support/manual_clock.h"

namespace qr {
namespace {

using std::chrono::microseconds;
using test::Mailbox;
using test::ManualClock;
using Random = std::mt19937_64;

constexpr std::size_t kNoRow = SIZE_MAX;
constexpr std::size_t kRowsMax = 200;
constexpr double kPerQuery = 1024;  // > kRowsMax: a score names its query and its row

std::size_t between(Random& random, std::size_t low, std::size_t high) {
    return std::uniform_int_distribution(low, high)(random);
}
bool happens(Random& random, double share) {
    return std::bernoulli_distribution(share)(random);
}

// What a job is and what became of it. Component 0 of a query is its number; component 0 of a
// document its row, component 1 of every row the job's number.
struct Trial {
    Trial(Random& random, std::size_t its_number)
        : number(its_number),
          queries(between(random, 1, 3)),
          rows(happens(random, 0.3) ? between(random, 50, kRowsMax) : between(random, 1, 20)),
          dimension(between(random, 2, 3)),
          bad_row(happens(random, 0.05) ? between(random, 0, rows - 1) : kNoRow),
          priority(static_cast<int>(between(random, 0, 3))),
          tenant(happens(random, 0.5)   ? ""
                 : happens(random, 0.7) ? "flood"
                                        : "other"),
          timeout(happens(random, 0.3) ? std::optional(microseconds(between(random, 0, 500)))
                                       : std::nullopt),
          is_to_be_cancelled(happens(random, 0.2)),
          vectors(std::make_shared<std::vector<float>>((queries + rows) * dimension)),
          given(rows) {
        for (std::size_t row = 0; row < queries + rows; ++row) {
            const std::size_t label = row < queries ? row : row - queries;
            (*vectors)[row * dimension] = static_cast<float>(label);
            (*vectors)[row * dimension + 1] = static_cast<float>(number);
        }
    }

    Job job(TimePoint now) {
        const float* const documents = vectors->data() + queries * dimension;
        Job job{.task = {.queries = {vectors->data(), queries, dimension},
                         .documents = {documents, rows, dimension}},
                .vectors = std::move(vectors),  // nobody else keeps them
                .tenant = tenant,
                .priority = priority,
                .reply = box.reply()};
        if (timeout) job.deadline = now + *timeout;
        return job;
    }
    std::size_t rows_given() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(given, [](const auto& times) { return times > 0; }));
    }

    const std::size_t number, queries, rows, dimension, bad_row;
    const int priority;
    const std::string tenant;
    const std::optional<microseconds> timeout;
    const bool is_to_be_cancelled;
    std::shared_ptr<std::vector<float>> vectors;
    Mailbox box;
    std::deque<std::atomic<int>> given;   // how often the backend was, row by row
    std::atomic<bool> has_failed{false};  // a batch with some of it has
    bool is_accepted = false;
    std::size_t rows_given_when_over = kNoRow;
};

// Notes every row it is given; some batches fail as a whole.
class NotingBackend final : public FidelityBackend {
  public:
    NotingBackend(std::deque<Trial>& trials, BackendCapabilities can, std::uint64_t seed)
        : trials_(trials), can_(std::move(can)), random_(seed) {}

    std::string_view name() const override { return "noting"; }
    BackendCapabilities capabilities() const override { return can_; }

    Result<Scores> score(const ScoreBatch& batch) override {
        EXPECT_LE(++calls_, static_cast<int>(can_.lanes));
        const Result<Scores> scores = is_lost() ? lose(batch) : score_all(batch);
        --calls_;
        return scores;
    }

  private:
    Trial& trial_of(const ScoreTask& task) {
        return trials_[static_cast<std::size_t>(task.queries.data[1])];
    }
    bool is_lost() {
        const std::lock_guard lock(mutex_);
        return happens(random_, 0.02);
    }
    Result<Scores> lose(const ScoreBatch& batch) {
        for (const ScoreTask& task : batch.tasks)
            trial_of(task).has_failed = true;
        return Error{.code = Code::unavailable, .message = "lost"};
    }
    Result<Scores> score_all(const ScoreBatch& batch) {
        Scores scores;
        std::size_t work = 0;
        for (const ScoreTask& task : batch.tasks) {
            work += task.queries.rows * task.documents.rows * task.documents.dimension;
            EXPECT_EQ(batch.tasks[0].documents.dimension, task.documents.dimension);
            scores.tasks.push_back(score_task(task));
        }
        const ScoreTask& first = batch.tasks.at(0);
        const bool may_exceed = batch.tasks.size() == 1 && first.documents.rows <= kSliceRowsMin;
        EXPECT_TRUE(may_exceed || work <= can_.batch_multiply_adds_max);
        return scores;
    }
    TaskScores score_task(const ScoreTask& task) {
        if (task.claim->is_dropped()) return {.is_dropped = true};
        Trial& trial = trial_of(task);
        TaskScores scores;
        for (std::size_t i = 0; i < task.documents.rows; ++i) {
            const auto row = static_cast<std::size_t>(task.documents.row(i)[0]);
            ++trial.given[row];
            if (row == trial.bad_row && !scores.fault)
                scores.fault =
                    RowFault{RowFault::Side::document, RowFault::Kind::zero_vector, i, 0};
        }
        if (scores.fault) return scores;
        for (std::size_t query = 0; query < task.queries.rows; ++query) {
            for (std::size_t i = 0; i < task.documents.rows; ++i)
                scores.values.push_back(double{task.queries.row(query)[0]} * kPerQuery +
                                        double{task.documents.row(i)[0]});
        }
        return scores;
    }

    std::deque<Trial>& trials_;
    const BackendCapabilities can_;
    std::mutex mutex_;
    Random random_;
    std::atomic<int> calls_ = 0;
};

class Totals final : public BatchObserver {
  public:
    void on_batch(const BatchReport& report) noexcept override { rows += report.rows; }
    void on_unscored(Code) noexcept override { ++unscored; }

    std::atomic<std::size_t> rows = 0;
    std::atomic<std::size_t> unscored = 0;
};

void expect_own_scores(const Trial& trial, const JobScores& scores) {
    if (trial.bad_row != kNoRow) {
        ASSERT_TRUE(scores.scores.fault.has_value());
        EXPECT_EQ(trial.bad_row, scores.scores.fault->row);
        return;
    }
    ASSERT_EQ(trial.queries * trial.rows, scores.scores.values.size());
    for (std::size_t i = 0; i < scores.scores.values.size(); ++i) {
        const std::size_t query = i / trial.rows;
        ASSERT_EQ(static_cast<double>(query) * kPerQuery + static_cast<double>(i % trial.rows),
                  scores.scores.values[i]);
    }
    EXPECT_EQ(trial.rows, trial.rows_given());
}

class BatcherProperty : public testing::TestWithParam<std::tuple<std::size_t, bool>> {
  protected:
    static constexpr std::size_t kProducers = 3;
    static constexpr std::size_t kTrials = 600;

    // One producer's part: submits its share and gives some of it up again.
    void produce(Batcher& batcher, std::size_t producer, std::uint64_t seed) {
        Random random(seed);
        for (std::size_t i = producer; i < trials_.size(); i += kProducers) {
            Trial& trial = trials_[i];
            Job job = trial.job(clock_.now());
            const Result<JobId> id = batcher.submit(job);
            trial.is_accepted = id.ok();
            if (!id.ok()) job.reply.deliver(id.error());
            if (id.ok() && trial.is_to_be_cancelled) {
                if (happens(random, 0.5)) std::this_thread::yield();
                batcher.cancel(*id);
                if (trial.box.deliveries() > 0 && !trial.timeout)
                    trial.rows_given_when_over = trial.rows_given();
            }
            clock_.advance(microseconds(between(random, 0, 20)));
            ++produced_;
        }
    }

    void run(std::uint64_t seed, std::size_t stop_after) {
        Random random(seed);
        for (std::size_t i = 0; i < kTrials; ++i)
            trials_.emplace_back(random, i);
        const auto [lanes, at_once] = GetParam();
        NotingBackend backend(trials_,
                              {.lanes = lanes,
                               .batch_multiply_adds_max = between(random, 150, 2000),
                               .at_once_multiply_adds_max = at_once ? 20U : 0U},
                              seed + 1);
        const BatcherLimits limits{.jobs_max = between(random, 50, 600),
                                   .delay_max = microseconds(happens(random, 0.3) ? 50 : 0)};
        Batcher batcher(backend, clock_, limits, &totals_);
        std::vector<std::thread> producers;
        for (std::size_t i = 0; i < kProducers; ++i)
            producers.emplace_back([&, i] { produce(batcher, i, seed + 2 + i); });
        while (produced_ < stop_after)
            std::this_thread::yield();
        if (stop_after < kTrials) batcher.stop();
        for (std::thread& producer : producers)
            producer.join();
        if (stop_after == kTrials) await_all();
        batcher.stop();
        for (Trial& trial : trials_)
            check(trial);
        check_totals();
    }

    // So that nothing is left for stop() to answer.
    void await_all() {
        for (const Trial& trial : trials_) {
            while (trial.box.deliveries() == 0) {
                clock_.advance(microseconds(1));  // for those that wait for company
                std::this_thread::yield();
            }
        }
    }

    void check(Trial& trial) {
        SCOPED_TRACE("job " + std::to_string(trial.number));
        ASSERT_EQ(1, trial.box.deliveries());
        for (const auto& times : trial.given)
            EXPECT_LE(times, 1) << "the backend was given a row twice";
        if (trial.rows_given_when_over != kNoRow) {
            EXPECT_EQ(trial.rows_given_when_over, trial.rows_given()) << "computed after its end";
        }
        if (!trial.is_accepted || trial.timeout == microseconds(0)) {
            EXPECT_EQ(0U, trial.rows_given());
        }
        const Result<JobScores> result = trial.box.await();
        if (result.ok()) return expect_own_scores(trial, *result);
        check_reason(trial, result.error());
    }

    void check_reason(const Trial& trial, const Error& error) {
        switch (error.code) {
            case Code::cancelled:
                EXPECT_TRUE(trial.is_to_be_cancelled);
                return;
            case Code::deadline_exceeded:
                EXPECT_TRUE(trial.timeout.has_value());
                return;
            case Code::overloaded:
                EXPECT_FALSE(trial.is_accepted);
                return;
            default:
                EXPECT_EQ(Code::unavailable, error.code) << error.message;
                EXPECT_TRUE(error.message != "lost" || trial.has_failed);
        }
    }

    void check_totals() const {
        std::size_t rows = 0;
        for (const Trial& trial : trials_)
            rows += trial.rows_given();
        EXPECT_EQ(rows, totals_.rows);
    }

    ManualClock clock_;
    Totals totals_;
    std::deque<Trial> trials_;
    std::atomic<std::size_t> produced_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Lanes, BatcherProperty,
                         testing::Combine(testing::Values(1, 2, 3, 4), testing::Bool()),
                         [](const auto& instance) {
                             return std::to_string(std::get<0>(instance.param)) +
                                    (std::get<1>(instance.param) ? "AndAtOnce" : "");
                         });

TEST_P(BatcherProperty, EveryJobIsAnsweredOnceWithItsOwnScoresOrItsOwnReason) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    run(seed, kTrials);
}

TEST_P(BatcherProperty, StopInTheMiddleAnswersEveryone) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    run(seed, between(random, 0, kTrials - 1));
}

}  // namespace
}  // namespace qr
