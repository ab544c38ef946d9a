// A stream of a device with the memory of one pass: it scans, selects, rescores and reads.
//
// One thread at a time, any thread, after use_device(). A pass is begun with its queries; then
// scans over ranges of rows append to the survivors of each, and the survivors are listed with
// their exact inner products. What an answer is made of is told by SearchPass; this knows streams.
// Nothing is allocated here. After an error the device may still be at work on the lane's memory:
// drain() comes before whatever else is asked of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/cuda/collection/lane_memory.h"
#include "host/cuda/collection/rows_on_device.h"
#include "host/cuda/collection/search_graphs.h"
#include "host/cuda/collection/tile_overlaps.h"
#include "host/cuda/handles.h"
#include "host/state/matrix_view.h"

namespace qr::cuda {

struct PassQuery {
    std::span<const float> vector;
    unsigned mask = 0;  // which of the pass's
    unsigned wanted = 1;
    device::Rank rank = device::Rank::by_score;
    bool is_dot = false;
    float threshold = 0;  // of its survivors' keys, or -infinity
};

// Whether lists are cut to what is wanted, and thresholds raised, between tiles.
enum class Cutting { to_wanted, never };

// Some rows of one query with their exact sums; valid until the lane's next call.
struct ListedRows {
    std::span<const unsigned> ids;  // kNoId where there are fewer
    std::span<const double> dots, norms2;
};

struct LaneOptions {
    int device = 0;
    LaneLimits limits = {};
    std::string cublas_file = kCublasFile;
};

class SearchLane {
  public:
    static Result<std::unique_ptr<SearchLane>> make(const LaneOptions& options);
    ~SearchLane();

    // Opens cuBLAS, if it is there, for tables whose rows the tensor core kernel does not take.
    void prepare(const TablePlan& plan);

    void drain() noexcept;

    const LaneLimits& limits() const { return options_.limits; }
    GraphCounts graph_counts() const { return graphs_.counts(); }

    // A whole pass, from begin() over a scan of all rows, cutting, to list(): by a graph, where the
    // lane may keep one.
    Result<void> search(const RowsOnDevice& rows, std::span<const PassQuery> queries,
                        std::span<const RowMask* const> masks);

    // Uploads and encodes. Only slots in use count.
    Result<void> begin(const RowsOnDevice& rows, std::span<const PassQuery> queries,
                       std::span<const RowMask* const> masks);
    // Forgets survivors; those from here on reach these thresholds.
    Result<void> restart(std::span<const float> thresholds);
    Result<void> scan(const RowsOnDevice& rows, const RowRange& range, Cutting cutting);
    // Lists what survived, at most the wanted of each, and rescores it. Then control() and
    // listed() hold.
    Result<void> list(const RowsOnDevice& rows);
    // control() without lists.
    Result<void> count();
    // Survivors [begin, end) of one query, in the order they lie.
    Result<ListedRows> rescore_survivors(const RowsOnDevice& rows, std::size_t query,
                                         std::size_t begin, std::size_t end);
    // Chosen rows of a query of the pass, at most limits().listed.
    Result<ListedRows> rescore(const RowsOnDevice& rows, std::size_t query,
                               std::span<const Slot> slots);
    // A stored row, at most 4 * dimension bytes; valid as ListedRows are.
    Result<std::span<const std::byte>> read(const RowsOnDevice& rows, Slot slot);

    const PassControl& control() const { return *memory_.host().control; }
    ListedRows listed(std::size_t query) const;
    std::size_t capacity() const { return shares_.capacity; }

  private:
    SearchLane(const LaneOptions& options, TileOverlaps tile_overlaps)
        : options_(options),
          tile_overlaps_(std::move(tile_overlaps)),
          graphs_(options.limits.graphs) {}

    static PassShape shape_of(std::span<const PassQuery> queries) {
        return {.queries = queries.size(),
                .wanted = std::ranges::max(queries, {}, &PassQuery::wanted).wanted};
    }
    void open_pass(const RowsOnDevice& rows, std::span<const PassQuery> queries,
                   const PassShape& shape);
    std::vector<ScanTile> tiles_for(const RowsOnDevice& rows, const RowRange& range,
                                    Cutting cutting) const;
    std::size_t cut_limit(const ScanTile& tile) const;
    Result<void> search_by_graph(const RowsOnDevice& rows, std::span<const ScanTile> tiles,
                                 std::size_t masks);
    GraphForm form_of(const RowsOnDevice& rows, std::span<const ScanTile> tiles) const;
    void fill_tasks(const RowsOnDevice& rows, std::span<const ScanTile> tiles);
    Result<void> enqueue_pass(const RowsOnDevice& rows, std::span<const ScanTile> tiles);
    Result<void> enqueue_tile(const RowsOnDevice& rows, const ScanTile& tile, std::size_t index);

    void fill_control(std::span<const PassQuery> queries, std::size_t dimension);
    void fill_masks(const RowMask& in_use, std::span<const RowMask* const> masks);
    Result<void> upload_masks(std::size_t masks);
    Result<void> encode_queries(const RowsOnDevice& rows);
    Result<void> scan_tile(const RowsOnDevice& rows, const RowRange& tile);
    device::MatrixTask overlap_task(const RowsOnDevice& rows, const RowRange& tile) const;
    device::AppendTask append_task(const RowsOnDevice& rows, const RowRange& tile) const;
    device::MatrixPeaks peaks_for(const device::MatrixTask& task) const;
    Result<void> cut(std::size_t limit);
    device::StoredRescoreTask rescore_task(const RowsOnDevice& rows, const unsigned* ids,
                                           std::size_t query, const PassShape& shape) const;
    Result<void> copy_listed_back();
    Result<void> rescore_ids(const RowsOnDevice& rows, const unsigned* ids, std::size_t query,
                             const PassShape& shape);
    Result<void> copy_back(void* to, const void* from, std::size_t bytes);
    Result<ListedRows> download_one(const unsigned* ids, std::size_t count);
    Result<void> wait();
    device::SurvivorLists lists() const;
    device::SelectTask select_task() const;

    const LaneOptions options_;
    LaneMemory memory_;
    Event done_;
    Stream stream_;
    TileOverlaps tile_overlaps_;
    SearchGraphs graphs_;

    // Of the pass under way.
    std::size_t queries_ = 0, mask_words_ = 0;
    PassShape shape_;
    PassShares shares_;
    device::Rank peak_rank_ = device::Rank::by_score;
    bool reads_lengths_ = false;
};

}  // namespace qr::cuda
