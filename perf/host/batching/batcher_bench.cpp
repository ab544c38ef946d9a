// What waiting in the queue and being answered costs, and how well batches fill.
//
// A correctness gate comes first: nothing is timed unless every client gets its own scores. Clients
// are closed loops: each has one job in flight and submits the next when it is answered, as a
// connection of the server does; a few producer threads stand for its event loops. The figures to
// quote are these counters, which --benchmark_format=json hands to a script:
// BM_QueueAndReply/clients:64  cpu_us_per_job: process CPU of a job from making its reply to waking
//                              its producer, with a backend that computes next to nothing
// BM_SlowBackend/clients:64    mean_batch: jobs per batch when a batch takes 5 ms
// BM_Idle                      core_percent: of one core, while nothing waits
// BM_FullBatch/threads:n       ms: a batch of the CPU backend's batch_multiply_adds_max, vectors
//                              from memory
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "host/backend/backends.h"
#include "host/batching/batcher.h"

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
        : batcher_(batcher), vectors_((1 + kDocuments) * kDimension), first_client_(first_client) {
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

  private:
    class Sink final : public ReplySink {
      public:
        Sink(Producer& producer, std::size_t client) : producer_(producer), client_(client) {}
        void deliver(Result<JobScores> result) noexcept override {
            const bool is_right = result.ok() && result->scores.values.size() == kDocuments &&
                                  result->scores.values[0] == static_cast<double>(client_);
            if (!is_right) {
                std::fprintf(stderr, "wrong: client %zu was not given its own scores\n", client_);
                std::exit(1);
            }
            producer_.answered(client_);
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
        if (batcher_.submit(job).ok()) return;
        std::fprintf(stderr, "wrong: a job was refused\n");
        std::exit(1);
    }
    void answered(std::size_t client) {
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

  private:
    std::vector<std::unique_ptr<Producer>> producers_;
};

// Every sink checks what it is given: this ends the program unless all is right.
void gate() {
    const SteadyClock clock;
    IdleBackend backend(Duration::zero());
    Batcher batcher(backend, clock, {});
    Load(batcher, 64).run(10'000);
}

void BM_QueueAndReply(benchmark::State& state) {
    constexpr std::size_t kJobs = 20'000;
    const SteadyClock clock;
    IdleBackend backend(Duration::zero());
    Batcher batcher(backend, clock, {});
    Load load(batcher, static_cast<std::size_t>(state.range(0)));
    std::vector<double> us_per_job;
    for (auto _ : state) {
        const double before = process_cpu_us();
        load.run(kJobs);
        us_per_job.push_back((process_cpu_us() - before) / kJobs);
    }
    state.counters["cpu_us_per_job"] = median(us_per_job);
    state.counters["mean_batch"] = backend.mean_batch();
}
BENCHMARK(BM_QueueAndReply)->ArgName("clients")->Arg(2)->Arg(64)->Iterations(11)->UseRealTime();

void BM_SlowBackend(benchmark::State& state) {
    const SteadyClock clock;
    IdleBackend backend(std::chrono::milliseconds(5));
    Batcher batcher(backend, clock, {});
    Load load(batcher, static_cast<std::size_t>(state.range(0)));
    for (auto _ : state)
        load.run(4'000);
    state.counters["mean_batch"] = backend.mean_batch();
}
BENCHMARK(BM_SlowBackend)->ArgName("clients")->Arg(64)->Iterations(1)->UseRealTime();

// After work, so that a timer left behind would show.
void BM_Idle(benchmark::State& state) {
    const SteadyClock clock;
    IdleBackend backend(Duration::zero());
    Batcher batcher(backend, clock, {});
    Load(batcher, 64).run(1'000);
    const double before = process_cpu_us();
    double elapsed_us = 0;
    for (auto _ : state) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        elapsed_us += 1e6;
    }
    state.counters["core_percent"] = 100 * (process_cpu_us() - before) / elapsed_us;
}
BENCHMARK(BM_Idle)->Iterations(2)->UseRealTime();

void BM_FullBatch(benchmark::State& state) {
    auto made = make_backend("cpu", {.threads = static_cast<std::size_t>(state.range(0))});
    if (!made.ok()) {
        state.SkipWithError(made.error().message.c_str());
        return;
    }
    const std::size_t rows = (*made)->capabilities().batch_multiply_adds_max / kDimension;
    const std::vector<float> vectors((rows + 1) * kDimension, 0.5F);
    const ScoreBatch batch{{{.queries = {vectors.data(), 1, kDimension},
                             .documents = {vectors.data() + kDimension, rows, kDimension}}}};
    std::vector<double> ms;
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize((*made)->score(batch));
        ms.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count());
    }
    state.counters["ms"] = median(ms);
    state.counters["mebibytes"] = static_cast<double>(rows * kDimension * sizeof(float) >> 20);
}
BENCHMARK(BM_FullBatch)->ArgName("threads")->Arg(1)->Arg(2)->Iterations(51)->UseRealTime();

}  // namespace
}  // namespace qr::perf

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    qr::perf::gate();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
