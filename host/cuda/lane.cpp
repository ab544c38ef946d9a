#include "host/cuda/lane.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "host/cuda/device.h"

namespace qr::cuda {
namespace {

// A small request: its time is that of launching and waking.
constexpr std::size_t kMeasuredDimension = 384;
constexpr std::size_t kMeasuredDocuments = 16;
constexpr std::size_t kMeasuredRounds = 15;  // the median of them
constexpr std::size_t kMeasuredCopies = 3;   // the fastest of them

class Drained {
  public:
    explicit Drained(std::span<const std::unique_ptr<Slot>> slots) : slots_(slots) {}
    ~Drained() {
        for (const auto& slot : slots_)
            slot->drain();
    }
    Drained(const Drained&) = delete;
    Drained& operator=(const Drained&) = delete;

  private:
    const std::span<const std::unique_ptr<Slot>> slots_;
};

// Seconds that `work` took; its error.
template <class Work>
Result<double> time(Work work) {
    const auto start = std::chrono::steady_clock::now();
    if (Result<void> worked = work(); !worked.ok()) return worked.error();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Result<std::unique_ptr<Lane>> Lane::make(int device, const ChunkLimits& limits,
                                         std::span<const std::byte> page_locked) {
    if (Result<void> used = use_device(device); !used.ok()) return used.error();
    std::unique_ptr<Lane> lane(new Lane(device, limits));
    for (std::unique_ptr<Slot>& slot : lane->slots_) {
        Result<std::unique_ptr<Slot>> made = Slot::make(limits, page_locked);
        if (!made.ok()) return made.error();
        slot = std::move(*made);
    }
    return lane;
}

Result<Scores> Lane::score(const ScoreBatch& batch) {
    BatchResults results(batch);
    if (Result<void> done = run(batch, results); !done.ok()) return done.error();
    return std::move(results).finish();
}

Result<void> Lane::run(const ScoreBatch& batch, BatchResults& results) {
    const BatchPlan plan = plan_batch(batch, limits_);
    if (Result<void> used = use_device(device_); !used.ok()) return used;
    const Drained drained(slots_);
    std::size_t turn = 0;
    for (const Chunk& chunk : plan.chunks) {
        Slot& slot = *slots_[turn];
        turn = 1 - turn;
        if (Result<void> finished = slot.finish(results); !finished.ok()) return finished;
        const std::span parts = std::span(plan.parts).subspan(chunk.part_begin, chunk.part_count);
        if (Result<void> started = slot.start(batch, chunk.method, parts, results); !started.ok())
            return started;
    }
    if (Result<void> finished = slots_[turn]->finish(results); !finished.ok()) return finished;
    return slots_[1 - turn]->finish(results);
}

Result<void> Lane::set_launching(Launching launching) {
    if (Result<void> used = use_device(device_); !used.ok()) return used;
    for (const std::unique_ptr<Slot>& slot : slots_) {
        if (Result<void> set = slot->set_launching(launching); !set.ok()) return set;
    }
    return {};
}

Result<LaneFigures> Lane::measure() {
    const Result<double> direct = time_small_chunk(Launching::direct);
    if (!direct.ok()) return direct.error();
    const Result<double> graph = time_small_chunk(Launching::graph);
    if (!graph.ok()) return graph.error();
    const Result<double> copy = time_copy();
    if (!copy.ok()) return copy.error();
    return LaneFigures{
        .direct_microseconds = *direct * 1e6,
        .graph_microseconds = *graph * 1e6,
        .uses_graphs = *graph < *direct,
        .host_to_device_bytes_per_second = static_cast<double>(slots_[0]->copied_bytes()) / *copy};
}

// The median, in seconds, of a batch of one chunk. The first round of each method is not counted:
// it loads the kernels, which a capture could not.
Result<double> Lane::time_small_chunk(Launching launching) {
    const std::vector<float> rows((kMeasuredDocuments + 1) * kMeasuredDimension, 1.0F);
    const MatrixView query{rows.data(), 1, kMeasuredDimension};
    const MatrixView documents{rows.data() + kMeasuredDimension, kMeasuredDocuments,
                               kMeasuredDimension};
    ScoreBatch batch{{{.queries = query, .documents = documents}}};
    if (Result<void> set = set_launching(launching); !set.ok()) return set.error();
    const auto once = [&]() -> Result<void> {
        BatchResults results(batch);
        return run(batch, results);
    };
    for (const scoring::MethodInfo& info : scoring::kMethods) {
        batch.tasks[0].method = info.method;
        if (Result<void> done = once(); !done.ok()) return done.error();
    }
    std::vector<double> seconds;
    for (std::size_t round = 0; round < kMeasuredRounds; ++round) {
        const Result<double> timed = time(once);
        if (!timed.ok()) return timed;
        seconds.push_back(*timed);
    }
    std::ranges::nth_element(seconds, seconds.begin() + kMeasuredRounds / 2);
    return seconds[kMeasuredRounds / 2];
}

Result<double> Lane::time_copy() {
    double fastest = 0;
    for (std::size_t round = 0; round < kMeasuredCopies; ++round) {
        const Drained drained(slots_);
        const Result<double> timed = time([&] { return slots_[0]->copy_all(); });
        if (!timed.ok()) return timed;
        fastest = round == 0 ? *timed : std::min(fastest, *timed);
    }
    return fastest;
}

std::size_t Lane::device_bytes() const {
    std::size_t bytes = 0;
    for (const std::unique_ptr<Slot>& slot : slots_)
        bytes += slot->device_bytes();
    return bytes;
}

}  // namespace qr::cuda
