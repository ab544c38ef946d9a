// A lane's whole pass by a graph (search_graphs.h): the same tasks as step by step, but in device
// memory, where one copy puts them, and launches for as much as the graph's form has room for.
#include <algorithm>

#include "host/base/narrow.h"
#include "host/cuda/collection/search_lane.h"
#include "host/cuda/status.h"

namespace qr::cuda {

Result<void> SearchLane::search(const RowsOnDevice& rows, std::span<const PassQuery> queries,
                                std::span<const RowMask* const> masks) {
    const auto shape = graph_shape_of(options_.limits, shape_of(queries), rows.dimension());
    if (shape.has_value() && graphs_.is_wanted()) {
        open_pass(rows, queries, *shape);
        const RowRange all{0, rows.slots};
        const std::vector<ScanTile> tiles = tiles_for(rows, all, Cutting::to_wanted);
        if (tiles.size() <= kGraphTilesMax) {
            fill_masks(*rows.in_use, masks);
            return search_by_graph(rows, tiles, masks.size());
        }
    }
    auto done = begin(rows, queries, masks);
    if (done.ok()) done = scan(rows, {0, rows.slots}, Cutting::to_wanted);
    return done.ok() ? list(rows) : done;
}

// Masks are as long as the table: they travel by themselves.
Result<void> SearchLane::search_by_graph(const RowsOnDevice& rows, std::span<const ScanTile> tiles,
                                         std::size_t masks) {
    fill_tasks(rows, tiles);
    auto done = upload_masks(masks);
    if (done.ok())
        done = graphs_.run(form_of(rows, tiles), stream_.get(),
                           [&] { return enqueue_pass(rows, tiles); });
    return done.ok() ? wait() : done;
}

GraphForm SearchLane::form_of(const RowsOnDevice& rows, std::span<const ScanTile> tiles) const {
    GraphForm form{.queries = shape_.queries,
                   .wanted = shape_.wanted,
                   .dimension = rows.dimension(),
                   .storage = rows.plan.storage,
                   .scan_type = rows.plan.scan_type,
                   .kind = rows.plan.kind,
                   .peak_rank = peak_rank_,
                   .reads_lengths = reads_lengths_,
                   .tiles = {}};
    for (const ScanTile& tile : tiles) {
        const device::MatrixTask task = overlap_task(rows, tile.rows);
        form.tiles.push_back(tile_overlaps_.takes_its_task_at_once(task)
                                 ? GraphTile{.rows = task.row_count, .begin = task.rows}
                                 : GraphTile{.rows = tile.rows_max});
    }
    return form;
}

void SearchLane::fill_tasks(const RowsOnDevice& rows, std::span<const ScanTile> tiles) {
    PassTasks& tasks = *memory_.host().tasks;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
        tasks.tiles[i] = {.overlaps = overlap_task(rows, tiles[i].rows),
                          .survivors = append_task(rows, tiles[i].rows)};
    }
    tasks.rescore =
        rescore_task(rows, memory_.device().ids, 0, {.queries = queries_, .wanted = shape_.wanted});
}

Result<void> SearchLane::enqueue_pass(const RowsOnDevice& rows, std::span<const ScanTile> tiles) {
    const std::size_t numbers = shape_.queries * rows.dimension();
    auto done =
        checked("cudaMemcpyAsync",
                cudaMemcpyAsync(memory_.device().tasks, memory_.host().tasks,
                                sizeof(PassTasks) + sizeof(PassControl) + numbers * sizeof(float),
                                cudaMemcpyHostToDevice, stream_.get()));
    if (done.ok()) done = encode_queries(rows);
    for (std::size_t i = 0; i < tiles.size() && done.ok(); ++i)
        done = enqueue_tile(rows, tiles[i], i);
    if (done.ok())
        done = checked("list_survivors", device::list_survivors(select_task(), stream_.get()));
    if (!done.ok()) return done;
    const device::DeferredTask<device::StoredRescoreTask> rescore{
        .task = &memory_.device().tasks->rescore,
        .most = rescore_task(rows, memory_.device().ids, 0, shape_)};
    done = checked("rescore_stored",
                   device::rescore_stored(rescore, rows.plan.storage, stream_.get()));
    return done.ok() ? copy_listed_back() : done;
}

Result<void> SearchLane::enqueue_tile(const RowsOnDevice& rows, const ScanTile& tile,
                                      std::size_t index) {
    const PassTasks::Tile& tasks = memory_.device().tasks->tiles[index];
    device::DeferredTask<device::MatrixTask> overlaps{.task = &tasks.overlaps,
                                                      .most = overlap_task(rows, tile.rows)};
    overlaps.most.query_count = narrow<unsigned>(shape_.queries);
    if (!tile_overlaps_.takes_its_task_at_once(overlaps.most))
        overlaps.most.row_count = narrow<unsigned>(tile.rows_max);
    device::DeferredTask<device::AppendTask> survivors{.task = &tasks.survivors,
                                                       .most = append_task(rows, tile.rows)};
    survivors.most.query_count = overlaps.most.query_count;
    survivors.most.row_count = overlaps.most.row_count;
    auto done = tile_overlaps_.compute(overlaps, peaks_for(overlaps.most), stream_.get());
    if (done.ok())
        done = checked("append_survivors", device::append_survivors(survivors, stream_.get()));
    return done.ok() ? cut(cut_limit(tile)) : done;
}

}  // namespace qr::cuda
