#include "host/backend/calibration.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <optional>
#include <string>
#include <vector>

namespace qr {
namespace {

constexpr std::size_t kTasksOfMany = 64;
constexpr std::size_t kSmallDimension = 4;
constexpr std::size_t kQueriesDimension = 512;  // at most, of a large probe
constexpr std::size_t kGrowth = 4;
constexpr std::size_t kUnknowns = 6;
constexpr int kSweeps = 50;

using Constant = double SideCosts::*;
// Rows that nothing can refuse. Their values do not matter to any backend's time.
std::vector<float> probe_rows() {
    std::vector<float> rows(kProbeRowsMax * kProbeDimension);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = 1.0F + static_cast<float>(i % 13);
    return rows;
}

struct ProbeSize {
    std::size_t tasks = 1;
    std::size_t queries = 1;
    std::size_t documents = 1;
    std::size_t dimension = kSmallDimension;
};

// What a probe is there to tell, how large it begins, and what grows while it is too quick.
struct Probe {
    Constant tells;
    ProbeSize size;
    std::size_t ProbeSize::*grows = nullptr;
    std::size_t grows_to = 0;
    bool is_staged = false;
    double best_seconds = 0;  // 0: not measured
    BatchShape shape = {};
};

std::vector<Probe> probes(bool with_staging) {
    std::vector<Probe> all = {
        {.tells = &SideCosts::latency, .size = {}},
        {.tells = &SideCosts::task, .size = {.tasks = kTasksOfMany}},
        {.tells = &SideCosts::byte,
         .size = {.documents = 256, .dimension = kProbeDimension},
         .grows = &ProbeSize::documents,
         .grows_to = kProbeRowsMax},
        {.tells = &SideCosts::multiply_add,
         .size = {.queries = 8, .documents = 1024, .dimension = kProbeDimension},
         .grows = &ProbeSize::queries,
         .grows_to = kQueriesDimension},
        {.tells = &SideCosts::pair,
         .size = {.queries = 8, .documents = 1024},
         .grows = &ProbeSize::queries,
         .grows_to = kQueriesDimension},
    };
    if (!with_staging) return all;
    Probe staged = all[2];
    staged.tells = &SideCosts::staged_byte;
    staged.is_staged = true;
    all.push_back(staged);
    return all;
}

class Calibration {
  public:
    Calibration(FidelityBackend& backend, const Clock& clock, const CalibrationLimits& limits)
        : backend_(backend),
          clock_(clock),
          limits_(limits),
          until_(clock.now() + limits.budget),
          rows_(probe_rows()),
          staging_(backend.staging()),
          probes_(probes(stage_rows())) {}

    Result<SideCosts> run() {
        for (Probe& probe : probes_) {
            if (const Result<void> grown = grow(probe); !grown.ok()) return grown.error();
        }
        for (std::size_t call = 1; call < limits_.calls_max; ++call) {
            for (Probe& probe : probes_) {
                if (clock_.now() >= until_) return solve();
                if (const Result<void> called = measure(probe); !called.ok()) return called.error();
            }
        }
        return solve();
    }

  private:
    // Whether the staging memory holds the probes' rows now.
    bool stage_rows() {
        const auto bytes = std::as_bytes(std::span(rows_));
        if (staging_.bytes.size() < bytes.size()) return false;
        std::ranges::copy(bytes, staging_.bytes.begin());
        return true;
    }

    ScoreBatch batch_of(const Probe& probe) const {
        const float* const documents =
            probe.is_staged ? reinterpret_cast<const float*>(staging_.bytes.data()) : rows_.data();
        const ProbeSize& size = probe.size;
        const ScoreTask task = {.queries = {rows_.data(), size.queries, size.dimension},
                                .documents = {documents, size.documents, size.dimension}};
        return {std::vector(size.tasks, task)};
    }

    Result<void> grow(Probe& probe) {
        for (;;) {
            probe.best_seconds = 0;
            if (const Result<void> called = measure(probe); !called.ok()) return called;
            constexpr auto kLongEnough = in_seconds(kProbeCallMin);
            if (probe.grows == nullptr || probe.best_seconds >= kLongEnough) return {};
            std::size_t& grown = probe.size.*probe.grows;
            if (grown >= probe.grows_to || clock_.now() >= until_) return {};
            grown = std::min(kGrowth * grown, probe.grows_to);
        }
    }

    Result<void> measure(Probe& probe) {
        const ScoreBatch batch = batch_of(probe);
        probe.shape = shape_of(batch, staging_.bytes);
        const TimePoint begun = clock_.now();
        const Result<Scores> scores = backend_.score(batch);
        const Duration taken = clock_.now() - begun;
        if (!scores.ok()) return scores.error();
        if (!scores->backend.empty() && scores->backend != backend_.name()) {
            return Error{.code = Code::unavailable,
                         .message = "backend '" + std::string(backend_.name()) +
                                    "' cannot be measured: '" + std::string(scores->backend) +
                                    "' answers in its place",
                         .pointer = "backend"};
        }
        const double seconds = in_seconds(taken);
        const bool is_first = probe.best_seconds == 0;
        probe.best_seconds = is_first ? seconds : std::min(probe.best_seconds, seconds);
        return {};
    }

    // Gauss-Seidel: each constant from the probe that it dominates, given the others. A probe's
    // share of foreign constants is small, so a few sweeps settle all of them.
    SideCosts solve() const {
        SideCosts costs;
        for (int sweep = 0; sweep < kSweeps; ++sweep) {
            for (const Probe& probe : probes_)
                costs.*probe.tells = explain(probe, costs);
        }
        if (probes_.size() < kUnknowns) costs.staged_byte = costs.byte;
        return costs;
    }

    static double explain(const Probe& probe, SideCosts costs) {
        SideCosts unit;
        unit.*probe.tells = 1;
        costs.*probe.tells = 0;
        const double unexplained = probe.best_seconds - seconds(costs, probe.shape);
        return std::max(0.0, unexplained / seconds(unit, probe.shape));
    }

    FidelityBackend& backend_;
    const Clock& clock_;
    const CalibrationLimits limits_;
    const TimePoint until_;
    const std::vector<float> rows_;
    const StagingMemory staging_;
    std::vector<Probe> probes_;
};

}  // namespace

Result<SideCosts> calibrate(FidelityBackend& backend, const Clock& clock,
                            const CalibrationLimits& limits) {
    try {
        return Calibration(backend, clock, limits).run();
    } catch (const std::bad_alloc&) {
        return Error{
            .code = Code::out_of_memory,
            .message = "no memory to measure backend '" + std::string(backend.name()) + "' with"};
    }
}

}  // namespace qr
