// Scores a batch of vectors that travel with their requests: the contract every backend keeps.
//
// One invariant: a task's scores are a function of the task alone. They do not depend on its
// neighbours in the batch, on threads, on the instruction set, nor on the backend;
// tests/host/backend/contract_test holds every registered backend to that, bit for bit. Loading and
// searching resident collections is another contract (CollectionEngine), not this one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/backend/device_report.h"
#include "host/base/error.h"
#include "host/state/matrix_view.h"
#include "kernels/scoring/methods.h"

namespace qr {

// Somebody's interest in a task's scores. Shared with the backend, so it also keeps alive what the
// task's views point into: a device that answers late must find its vectors still there.
class Claim {
  public:
    virtual ~Claim() = default;
    // Whether the scores are wanted no more: the client left, or its deadline passed. Cheap; asked
    // from any thread.
    virtual bool is_dropped() const noexcept = 0;
};

// Every query against every document, all of one dimension (1..math::kDimensionMax).
struct ScoreTask {
    MatrixView queries;    // [q, d] float32, q >= 1
    MatrixView documents;  // [n, d] float32, n >= 1
    scoring::Method method = scoring::Method::signed_fidelity;
    std::shared_ptr<const Claim> claim = nullptr;  // none: wanted to the end
};

struct ScoreBatch {
    std::vector<ScoreTask> tasks;
};

// Why a task has no scores: the first offending row, queries before documents.
struct RowFault {
    enum class Side : std::uint8_t { query, document };
    enum class Kind : std::uint8_t { not_finite, zero_vector };
    Side side = Side::query;
    Kind kind = Kind::not_finite;
    std::size_t row = 0;
    std::size_t component = 0;  // first NaN or infinity in the row; 0 for a zero vector
    friend bool operator==(const RowFault&, const RowFault&) = default;
};

struct TaskScores {
    std::vector<double> values;     // [q, n] row-major; empty when `fault` is set
    std::optional<RowFault> fault;  // a bad row refuses its own task only
    bool is_dropped = false;        // its claim was; `values` is empty
};

struct Scores {
    std::vector<TaskScores> tasks;  // as many as the batch has, in its order
    std::string_view backend = {};  // that computed them, where it is not the one that was asked
};

struct BackendCapabilities {
    std::string device;           // "cpu"
    std::string instruction_set;  // "avx512", "double loops"
    std::size_t threads = 1;      // that score() may use
    std::size_t lanes = 1;        // calls of score() worth making at once
    // The work of one batch, some milliseconds here: more waits for the next. One row may exceed
    // it.
    std::size_t batch_multiply_adds_max = std::size_t{1} << 25;
    // A batch up to this many multiply-adds takes microseconds and waits for nothing, so that the
    // thread which has it may as well score it. 0: always hand it to a lane.
    std::size_t at_once_multiply_adds_max = 0;
};

// Known states against known scores, run through score(): figures for doctor and health.
struct SelfTestReport {
    std::size_t pairs = 0;
    double max_abs_error = 0;  // against closed-form scores
    double microseconds = 0;
};

// Memory that a device reads without a copy between: vectors parsed into it travel at once. Any
// thread may write where nobody else does; scores are the same wherever vectors lie.
struct StagingMemory {
    std::span<std::byte> bytes = {};              // empty: there is none; page-aligned
    std::shared_ptr<const void> keeps = nullptr;  // the bytes alive
};

class FidelityBackend {
  public:
    virtual ~FidelityBackend() = default;
    virtual std::string_view name() const = 0;  // as --backend takes it
    virtual BackendCapabilities capabilities() const = 0;

    // Blocking; never throws; thread-safe, though calls beyond capabilities().lanes may wait for
    // one another. Asks each task's claim before and between its tiles. Errors: `unavailable` (the
    // device cannot serve: try elsewhere), `out_of_memory`, `internal` (a bug). Bad rows are no
    // error of the batch: see TaskScores::fault.
    virtual Result<Scores> score(const ScoreBatch& batch) = 0;

    // The devices behind it as they were last seen; asks none of them. Thread-safe, never blocks.
    virtual std::vector<DeviceReport> devices() const { return {}; }
    // The same at every call. Views into it are only read.
    virtual StagingMemory staging() const { return {}; }
};

// Fails with `internal` when a score differs from its closed form by more than 1e-12.
Result<SelfTestReport> self_test(FidelityBackend& backend);

}  // namespace qr
