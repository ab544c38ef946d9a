// Vectors that live in the server: an engine makes tables, a table holds a collection's rows, and a
// view of it is searched. The contract every engine keeps.
//
// One invariant: an answer is a function of the view, the mask and the query alone. It does not
// depend on the batch, on threads, on the instruction set nor on the engine, bit for bit: final
// scores are the double-precision scores of the stored vectors (kernels/math/lanes.h), and whatever
// a scan in low precision skipped is proven not to belong to the answer. Names, texts, filters and
// durability are not known here (host/collection, host/store).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "host/backend/fidelity_backend.h"
#include "host/base/error.h"
#include "host/encoding/half.h"
#include "host/state/matrix_view.h"
#include "kernels/scoring/methods.h"

namespace qr {

// Where a row of a table lies. Slots of rows that were released are given to later rows, but never
// while a view that was made before still lives.
using Slot = std::uint32_t;

// Rows stand in blocks of so many slots: slot s in block s / kBlockRows.
inline constexpr std::size_t kBlockRows = 32;

// What is kept of each row.
struct TableLayout {
    std::size_t dimension = 0;       // 1..math::kDimensionMax
    Dtype storage = Dtype::float32;  // the truth: float32, float16 or bfloat16
    std::optional<Dtype> scan = {};  // the plane that is scanned; none: the engine's choice
    friend bool operator==(const TableLayout&, const TableLayout&) = default;
};

// Rows to come: values that the storage type holds exactly (host/collection rounds them), neither
// zero vectors nor with a component that is not finite.
struct RowBatch {
    MatrixView rows;
    std::span<const std::uint64_t> numbers;  // insertion numbers, one a row: they break ties
};

// One bit a slot, 64 to a word, lowest first: the slots that count. Slots beyond the last word do
// not. Rows that were released, expired or fail a filter are the mask's business alone.
using RowMask = std::vector<std::uint64_t>;

struct SearchQuery {
    std::span<const float> vector;  // [d]
    std::size_t k = 10;             // 1..kTopKMax
    scoring::Method method = scoring::Method::signed_fidelity;
    const RowMask* mask = nullptr;  // never null; queries of a batch may share one
    // false: an int8 scan is answered from the best of its approximate scores, unproven. The other
    // types are always proven.
    bool is_certified = true;
    const Claim* claim = nullptr;  // null: wanted to the end
};
inline constexpr std::size_t kTopKMax = 16'384;
inline constexpr std::size_t kSearchQueriesMax = 64;  // that one pass over the rows answers

struct Hit {
    Slot slot = 0;
    std::uint64_t number = 0;
    double score = 0;  // of the stored vector, in double
    friend bool operator==(const Hit&, const Hit&) = default;
};

struct SearchResult {
    std::vector<Hit> hits;          // best first; equal scores by ascending number; at most k
    std::optional<RowFault> fault;  // of the query; then nothing else is set
    bool is_dropped = false;        // its claim was
    bool is_exact = false;          // proven: no other row of the mask belongs among the hits
    double bound = 0;               // |approximate - exact| overlap (or dot) of no row exceeds it
    std::size_t rows = 0;           // that the mask let count
    std::size_t rescored = 0;       // rows whose double-precision score was taken
    std::size_t retries = 0;        // times that more rows passed the bound than were expected
};

// The rows as they were when it was made. Immutable; any number of threads may read it.
class TableView {
  public:
    virtual ~TableView() = default;
    virtual std::size_t slots() const = 0;  // every slot in use is below

    // Any number of queries, in passes of kSearchQueriesMax. Blocking, thread-safe; calls beyond
    // the engine's lanes wait for one another. Errors: as FidelityBackend::score.
    virtual Result<std::vector<SearchResult>> search(
        std::span<const SearchQuery> queries) const = 0;

    // The scores [q, slots.size()] of chosen rows, which are in use.
    virtual Result<TaskScores> score(MatrixView queries, std::span<const Slot> slots,
                                     scoring::Method method) const = 0;

    // The stored row, exactly, into [d] numbers.
    virtual Result<void> read(Slot slot, std::span<float> row) const = 0;
};

struct TableMemory {
    std::size_t bytes = 0;          // taken now
    std::size_t bytes_per_row = 0;  // by the layout: what `plan` reckons with
    std::size_t step_bytes = 0;     // taken at a time: so many may lie unused
};

// One writer at a time; view() from any thread.
class Table {
  public:
    virtual ~Table() = default;

    // The layout with the scan that was chosen.
    virtual const TableLayout& layout() const = 0;

    // Gives every row a slot, returned in their order. All or none. Errors: `out_of_memory`,
    // `unavailable`.
    virtual Result<std::vector<Slot>> append(const RowBatch& batch) = 0;

    // Nobody will ask for these rows any more but through views that were made before.
    virtual void release(std::span<const Slot> slots) = 0;

    virtual std::shared_ptr<const TableView> view() const = 0;
    virtual TableMemory memory() const = 0;
};

struct EngineCapabilities {
    std::string device;           // "cpu"
    std::string instruction_set;  // "avx2"
    std::size_t threads = 1;
    std::size_t memory_max = 0;  // bytes that its tables may take together; 0: no limit of its own
};

class CollectionEngine {
  public:
    virtual ~CollectionEngine() = default;
    virtual std::string_view name() const = 0;  // as --backend takes it
    virtual EngineCapabilities capabilities() const = 0;

    // The engine outlives its tables and their views. Errors: `invalid` with the field of the
    // layout, `out_of_memory`.
    virtual Result<std::unique_ptr<Table>> make_table(const TableLayout& layout) = 0;
};

}  // namespace qr
