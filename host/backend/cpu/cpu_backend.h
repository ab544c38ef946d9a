// Scores on the CPU: one instruction set's kernels, one fixed pool of threads.
//
// Vectors are read where the request left them; there is no encoded copy and no separate check of
// their components, because the squared norms that scoring needs anyway tell bad rows. Work below
// kInlineProductsMax runs on the calling thread and wakes nobody. Callers take turns, at one of two
// desks: a batch that needs the pool has it and its scratch memory to itself, and one that does not
// waits for others of its size only. So a thread that scores at once, a canary and the check of a
// device's answer are never held up by a large batch under way.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "host/backend/cpu/kernels.h"
#include "host/backend/cpu/thread_pool.h"
#include "host/backend/cpu/tiles.h"
#include "host/backend/cpu/turns.h"
#include "host/backend/fidelity_backend.h"

namespace qr::cpu {

// About 50 us of one core, where a second thread begins to pay for its waking.
inline constexpr std::size_t kInlineProductsMax = std::size_t{1} << 20;
// The queries of a batch that is for the pool are widened there as well, unless that is done before
// the first thread is awake.
inline constexpr std::size_t kPooledProductsMin = std::size_t{1} << 17;
// Widened queries of one batch; 1 GiB of waiting vectors becomes at most 2 GiB.
inline constexpr std::size_t kScratchBytesMax = std::size_t{4} << 30;
// Scratch memory kept between batches; what a larger batch needed is given back after it.
inline constexpr std::size_t kScratchKeptBytesMax = std::size_t{8} << 20;

// About 20 us on a core of 2023: no longer than parsing what such a request came in.
inline constexpr std::size_t kAtOnceMultiplyAddsMax = std::size_t{1} << 18;
// Of one batch, by thread: a few milliseconds, reading 64 MiB of documents for one query
// (batcher_bench, BM_FullBatch). Memory does not get faster with ever more threads.
inline constexpr std::size_t kBatchMultiplyAddsPerThread = std::size_t{1} << 24;
inline constexpr std::size_t kBatchThreadsMax = 16;

class CpuBackend final : public FidelityBackend {
  public:
    // `name` has static storage. threads >= 1 counts the calling thread. Throws std::system_error
    // when the threads cannot be made.
    CpuBackend(std::string_view name, const KernelTable& kernels, std::size_t threads);

    std::string_view name() const override { return name_; }
    BackendCapabilities capabilities() const override;
    Result<Scores> score(const ScoreBatch& batch) override;

  private:
    // Doubles on a cache-line boundary: a kernel's loads of a query never straddle two lines.
    class Scratch {
      public:
        double* reserve(std::size_t count);
        void trim();

      private:
        struct Free {
            void operator()(double* data) const;
        };
        std::unique_ptr<double[], Free> data_;
        std::size_t capacity_ = 0;
    };

    // Where a task's intermediate numbers lie in the scratch memory.
    struct TaskMemory {
        double* wide = nullptr;  // the queries as double
        std::size_t stride = 0;  // of `wide`
        double* query_norms2 = nullptr;
        bool is_dropped = false;  // atomic while tiles run: once one has heard so, none asks again
    };

    // What one batch at a time has to itself.
    struct Desk {
        Turns turns;
        Scratch scratch;
        std::vector<TaskMemory> memory;
    };

    Scores score_all(const ScoreBatch& batch, Desk& desk);
    static Result<void> lay_out(const ScoreBatch& batch, Desk& desk);
    static void record_drops(std::span<const TaskMemory> memory, Scores& scores);
    void run(const Desk& desk, TilePlan& plan, const ThreadPool::Work& work);
    void prepare_queries(const ScoreTask& task, const TaskMemory& memory, Tile& tile) const;
    void score_documents(const ScoreTask& task, const TaskMemory& memory, std::span<double> values,
                         Tile& tile) const;

    const std::string_view name_;
    const KernelTable& kernels_;
    ThreadPool pool_;  // the large desk's
    Desk large_;
    Desk small_;
};

}  // namespace qr::cpu
