// What waiting in the queue and being answered costs, and how well batches fill.
//
// A correctness gate comes first: nothing is timed unless every client gets its own scores, all of
// them; while timing, a reply with another client's ends the program. Hashes are of what each
// client was given last, client by client. Clients are closed loops: each has one job in flight and
// submits the next when it is answered, as a connection of the server does; a few producer threads
// stand for its event loops. The figures to quote are these counters, which --benchmark_format=json
// hands to a script: BM_QueueAndReply/clients:64  cpu_us_per_job: process CPU of a job from making
// its reply to waking
//                              its producer, with a backend that computes next to nothing
// BM_SlowBackend/clients:64    mean_batch: jobs per batch when a batch takes 5 ms
// BM_Idle                      core_percent: of one core, while nothing waits
// BM_FullBatch/threads:n       ms: a batch of the CPU backend's batch_multiply_adds_max, vectors
//                              from memory
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "host/backend/backends.h"
#include "host/batching/batcher.h"
#include "perf/gate.h"
#include "perf/micro.h"

namespace qr::perf {
namespace {

constexpr std::size_t kDocuments = 100;
constexpr std::size_t kDimension = 768;
constexpr std::size_t kProducers = 2;
constexpr Duration kTimeout = std::chrono::seconds(30);

double process_cpu_us() {
    std::timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

// A document's score is the client's first query component; a batch takes `pause`.
class IdleBackend final : public FidelityBackend {
  public:
    explicit IdleBackend(Duration pause) : pause_(pause) {}
    std::string_view name() const override { return "idle"; }
    BackendCapabilities capabilities() const override { return {}; }
    Result<Scores> score(const ScoreBatch& batch) override {
        ++batches_;
        tasks_ += batch.tasks.size();
        if (pause_ > Duration::zero()) std::this_thread::sleep_for(pause_);
        Scores scores;
        scores.tasks.reserve(batch.tasks.size());
        for (const ScoreTask& task : batch.tasks) {
            const double value = task.queries.data[0];
            scores.tasks.push_back({.values = std::vector<double>(task.documents.rows, value)});
        }
        return scores;
    }
    double mean_batch() const {
        return static_cast<double>(tasks_) / static_cast<double>(batches_.load());
    }

  private:
    const Duration pause_;
    std::atomic<std::size_t> batches_ = 0;
    std::atomic<std::size_t> tasks_ = 0;
};

// One thread that keeps its clients' jobs in flight.
class Producer {
  public:
    Producer(Batcher& batcher, std::size_t first_client, std::size_t clients)
        : batcher_(batcher),
          vectors_((1 + kDocuments) * kDimension),
          first_client_(first_client),
          given_(clients) {
        for (std::size_t i = 0; i < clients; ++i)
            ready_.push_back(first_client + i);
        queries_.assign(clients, std::vector<float>(kDimension));
        for (std::size_t i = 0; i < clients; ++i)
            queries_[i][0] = static_cast<float>(first_client + i);
    }

    // Until all clients rest again.
    void run(std::size_t jobs) {
        std::size_t submitted = 0;
        std::vector<std::size_t> resting, next;
        while (resting.size() < queries_.size()) {
            wait_for(next);
            for (const std::size_t client : next) {
                if (submitted < jobs) {
                    submit(client);
                    ++submitted;
                } else {
                    resting.push_back(client);
                }
            }
        }
        ready_.swap(resting);
    }

    // The scores that each client was given last. While nobody runs.
    std::span<const std::vector<double>> given() const { return given_; }

  private:
    class Sink final : public ReplySink {
      public:
        Sink(Producer& producer, std::size_t client) : producer_(producer), client_(client) {}
        void deliver(Result<JobScores> result) noexcept override {
            const bool is_right = result.ok() && result->scores.values.size() == kDocuments &&
                                  result->scores.values[0] == static_cast<double>(client_);
            if (!is_right) {
                shut_gate("client " + std::to_string(client_), "was not given its own scores");
            }
            producer_.answered(client_, std::move(result->scores.values));
        }

      private:
        Producer& producer_;
        const std::size_t client_;
    };

    void submit(std::size_t client) {
        const std::vector<float>& query = queries_[client - first_client_];
        Job job{.task = {.queries = {query.data(), 1, kDimension},
                         .documents = {vectors_.data(), kDocuments, kDimension}},
                .vectors = std::shared_ptr<const void>(std::shared_ptr<void>(), vectors_.data()),
                .tenant = {},
                .priority = 0,
                .deadline = clock_.now() + kTimeout,
                .reply = Reply(std::make_unique<Sink>(*this, client))};
        if (!batcher_.submit(job).ok()) shut_gate("submit", "a job was refused");
    }
    void answered(std::size_t client, std::vector<double> scores) {
        given_[client - first_client_] = std::move(scores);
        const std::lock_guard lock(mutex_);
        ready_.push_back(client);
        if (ready_.size() == 1) changed_.notify_one();
    }
    void wait_for(std::vector<std::size_t>& clients) {
        clients.clear();
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !ready_.empty(); });
        clients.swap(ready_);
    }

    Batcher& batcher_;
    const SteadyClock clock_;
    const std::vector<float> vectors_;
    const std::size_t first_client_;
    std::vector<std::vector<float>> queries_;
    std::vector<std::vector<double>> given_;  // by client
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::size_t> ready_;  // clients whose job was answered
};

// `clients` closed loops over some threads.
class Load {
  public:
    Load(Batcher& batcher, std::size_t clients) {
        for (std::size_t i = 0; i < kProducers; ++i) {
            const std::size_t share = clients / kProducers;
            producers_.push_back(std::make_unique<Producer>(batcher, i * share, share));
        }
    }
    void run(std::size_t jobs) {
        std::vector<std::thread> threads;
        for (const auto& producer : producers_)
            threads.emplace_back([&, jobs] { producer->run(jobs / kProducers); });
        for (std::thread& thread : threads)
            thread.join();
    }
    // Passes when every client was given its own scores last. Returns their hash.
    std::string pass_gate(const std::string& name) const {
        std::vector<double> expected, found;
        for (const auto& producer : producers_) {
            for (const std::vector<double>& scores : producer->given()) {
                const auto client = static_cast<double>(expected.size() / kDocuments);
                expected.insert(expected.end(), kDocuments, client);
                found.insert(found.end(), scores.begin(), scores.end());
            }
        }
        return perf::pass_gate<double>(name, expected, found);
    }

  private:
    std::vector<std::unique_ptr<Producer>> producers_;
};

std::string gate(const std::string& name, std::size_t clients, std::size_t jobs) {
    const SteadyClock clock;
    IdleBackend backend(Duration::zero());
    Batcher batcher(backend, clock, {});
    Load load(batcher, clients);
    load.run(jobs);
    return load.pass_gate(name);
}

void queue_and_reply(benchmark::State& state, std::size_t clients, std::size_t jobs) {
    const SteadyClock clock;
    IdleBackend backend(Duration::zero());
    Batcher batcher(backend, clock, {});
    Load load(batcher, clients);
    std::vector<double> us_per_job;
    for (auto _ : state) {
        const double before = process_cpu_us();
        load.run(jobs);
        us_per_job.push_back((process_cpu_us() - before) / static_cast<double>(jobs));
    }
    state.counters["cpu_us_per_job"] = median(us_per_job);
    state.counters["mean_batch"] = backend.mean_batch();
}

void slow_backend(benchmark::State& state, std::size_t clients, std::size_t jobs) {
    const SteadyClock clock;
    IdleBackend backend(std::chrono::milliseconds(5));
    Batcher batcher(backend, clock, {});
    Load load(batcher, clients);
    for (auto _ : state)
        load.run(jobs);
    state.counters["mean_batch"] = backend.mean_batch();
}

// After work, so that a timer left behind would show.
void idle(benchmark::State& state, Duration period) {
    const SteadyClock clock;
    IdleBackend backend(Duration::zero());
    Batcher batcher(backend, clock, {});
    Load(batcher, 64).run(1'000);
    const double before = process_cpu_us();
    double elapsed_us = 0;
    for (auto _ : state) {
        std::this_thread::sleep_for(period);
        elapsed_us += std::chrono::duration<double, std::micro>(period).count();
    }
    state.counters["core_percent"] = 100 * (process_cpu_us() - before) / elapsed_us;
}

// The largest batch that the CPU backend takes at once, vectors from memory. Every document is the
// query, so every score is exactly 1.
class FullBatch {
  public:
    explicit FullBatch(std::size_t threads) {
        auto made = make_backend("cpu", {.threads = threads});
        if (!made.ok()) shut_gate("cpu", made.error().message);
        backend_ = std::move(made).value();
        rows_ = backend_->capabilities().batch_multiply_adds_max / kDimension;
        vectors_.assign((rows_ + 1) * kDimension, 0.5F);
    }
    Result<Scores> score() const {
        return backend_->score(
            {{{.queries = {vectors_.data(), 1, kDimension},
               .documents = {vectors_.data() + kDimension, rows_, kDimension}}}});
    }
    std::string pass_gate(const std::string& name) const {
        const auto scores = score();
        if (!scores.ok()) shut_gate(name, scores.error().message);
        const std::vector<double> expected(rows_, 1.0);
        return perf::pass_gate<double>(name, expected, scores->tasks[0].values);
    }
    double mebibytes() const {
        return static_cast<double>(rows_ * kDimension * sizeof(float) >> 20);
    }

  private:
    std::unique_ptr<FidelityBackend> backend_;
    std::size_t rows_ = 0;
    std::vector<float> vectors_;
};

void full_batch(benchmark::State& state, std::size_t threads) {
    const FullBatch batch(threads);
    std::vector<double> ms;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize(batch.score());
        ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count());
    }
    state.counters["ms"] = median(ms);
    state.counters["mebibytes"] = batch.mebibytes();
}

struct Plan {
    std::size_t gate_jobs;
    std::size_t jobs;  // of an iteration
    int iterations;
    std::size_t slow_jobs;
    Duration idle_period;
    int idle_periods;
    int full_batches;
};
constexpr Plan kFull = {10'000, 20'000, 11, 4'000, std::chrono::seconds(1), 2, 51};
constexpr Plan kSmoke = {1'000, 1'000, 2, 128, std::chrono::milliseconds(20), 1, 2};

void prepare(Sizes sizes) {
    const Plan& plan = sizes == Sizes::smoke ? kSmoke : kFull;
    for (const std::size_t clients : {2U, 64U}) {
        const std::string name = "BM_QueueAndReply/clients:" + std::to_string(clients);
        add_benchmark(name, gate(name, clients, plan.gate_jobs),
                      [&plan, clients](auto& state) { queue_and_reply(state, clients, plan.jobs); })
            ->Iterations(plan.iterations)
            ->UseRealTime();
    }
    const std::string hash = gate("64 clients", 64, plan.gate_jobs);
    add_benchmark("BM_SlowBackend/clients:64", hash,
                  [&plan](auto& state) { slow_backend(state, 64, plan.slow_jobs); })
        ->Iterations(1)
        ->UseRealTime();
    add_benchmark("BM_Idle", hash, [&plan](auto& state) { idle(state, plan.idle_period); })
        ->Iterations(plan.idle_periods)
        ->UseRealTime();
    for (const std::size_t threads : {1U, 2U}) {
        const std::string name = "BM_FullBatch/threads:" + std::to_string(threads);
        add_benchmark(name, FullBatch(threads).pass_gate(name),
                      [threads](auto& state) { full_batch(state, threads); })
            ->Iterations(plan.full_batches)
            ->UseRealTime();
    }
}

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    return qr::perf::run_benchmarks(argc, argv, qr::perf::prepare);
}
