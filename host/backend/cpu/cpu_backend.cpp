#include "host/backend/cpu/cpu_backend.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <stdexcept>
#include <string>

#include "host/backend/cpu/read_out.h"
#include "host/backend/row_fault.h"
#include "host/base/check.h"
#include "kernels/math/amplitude.h"
#include "kernels/math/lanes.h"

namespace qr::cpu {
namespace {

constexpr std::align_val_t kCacheLine{64};

std::size_t padded(std::size_t dimension) {
    return (dimension + math::kLanes - 1) / math::kLanes * math::kLanes;
}

// Whether nothing in it is for the pool: as many products as its plans will have.
bool is_small(const ScoreBatch& batch) {
    std::size_t room = kInlineProductsMax;
    for (const ScoreTask& task : batch.tasks) {
        if (task.queries.rows >= room) return false;  // so that no product overflows
        const std::size_t row = (task.queries.rows + 1) * task.documents.dimension;
        if (row > room || task.documents.rows > room / std::max<std::size_t>(row, 1)) return false;
        room -= row * task.documents.rows;
    }
    return true;
}

// The widened queries and their squared norms, each on a cache line of its own.
std::size_t scratch_doubles(const ScoreTask& task) {
    return task.queries.rows * padded(task.queries.dimension) + padded(task.queries.rows);
}

void check(const ScoreTask& task) {
    QR_CHECK(task.queries.rows >= 1 && task.documents.rows >= 1);
    QR_CHECK(task.queries.dimension >= 1 && task.queries.dimension <= math::kDimensionMax);
    QR_CHECK(task.queries.dimension == task.documents.dimension);
}

// Zero padding reaches the end of the stride, so kernels need no tail for the query.
void widen(std::span<const float> row, double* wide, std::size_t stride) {
    for (std::size_t i = 0; i < row.size(); ++i)
        wide[i] = row[i];
    std::fill(wide + row.size(), wide + stride, 0.0);
}

// The first bad one of `norms2`, which are those of the rows from row_begin on.
std::size_t first_bad(std::span<const double> norms2, std::size_t row_begin) {
    for (std::size_t i = 0; i < norms2.size(); ++i) {
        if (!is_good_norm2(norms2[i])) return row_begin + i;
    }
    return kNoRow;
}

// Tiles are ordered by task and row, so the first bad tile of a task holds its first bad row.
void record_faults(const ScoreBatch& batch, const TilePlan& plan, RowFault::Side side,
                   Scores& scores) {
    for (const Tile& tile : plan.tiles) {
        TaskScores& task = scores.tasks[tile.task];
        if (tile.first_bad_row == kNoRow || task.fault.has_value()) continue;
        const ScoreTask& source = batch.tasks[tile.task];
        const MatrixView& matrix =
            side == RowFault::Side::query ? source.queries : source.documents;
        task.fault = find_fault(side, tile.first_bad_row, matrix.row(tile.first_bad_row));
        task.values.clear();
    }
}

TilePlan plan_queries(const ScoreBatch& batch, std::size_t threads) {
    std::vector<TileSource> sources;
    sources.reserve(batch.tasks.size());
    for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
        const MatrixView& queries = batch.tasks[i].queries;
        sources.push_back(
            {.task = i, .rows = queries.rows, .queries = 1, .dimension = queries.dimension});
    }
    return plan_tiles(sources, threads);
}

TilePlan plan_documents(const ScoreBatch& batch, const Scores& scores, std::size_t threads) {
    std::vector<TileSource> sources;
    sources.reserve(batch.tasks.size());
    for (std::size_t i = 0; i < batch.tasks.size(); ++i) {
        if (scores.tasks[i].fault.has_value() || scores.tasks[i].is_dropped) continue;
        const ScoreTask& task = batch.tasks[i];
        sources.push_back({.task = i,
                           .rows = task.documents.rows,
                           .queries = task.queries.rows,
                           .dimension = task.documents.dimension});
    }
    return plan_tiles(sources, threads);
}

// Whether to leave the task's next tile uncomputed. `is_known` spares further questions.
bool is_dropped(const ScoreTask& task, bool& is_known) {
    if (task.claim == nullptr) return false;
    const std::atomic_ref<bool> known(is_known);
    if (known.load(std::memory_order_relaxed)) return true;
    if (!task.claim->is_dropped()) return false;
    known.store(true, std::memory_order_relaxed);
    return true;
}

}  // namespace

void CpuBackend::Scratch::Free::operator()(double* data) const {
    ::operator delete(data, kCacheLine);
}

double* CpuBackend::Scratch::reserve(std::size_t count) {
    if (count > capacity_) {
        data_.reset();
        capacity_ = 0;
        data_.reset(static_cast<double*>(::operator new(count * sizeof(double), kCacheLine)));
        capacity_ = count;
    }
    return data_.get();
}

void CpuBackend::Scratch::trim() {
    if (capacity_ * sizeof(double) <= kScratchKeptBytesMax) return;
    data_.reset();
    capacity_ = 0;
}

CpuBackend::CpuBackend(std::string_view name, const KernelTable& kernels, std::size_t threads)
    : name_(name), kernels_(kernels), pool_(threads) {}

BackendCapabilities CpuBackend::capabilities() const {
    return {.device = "cpu",
            .instruction_set = std::string(to_string(kernels_.instruction_set)),
            .threads = pool_.threads(),
            .batch_multiply_adds_max =
                kBatchMultiplyAddsPerThread * std::min(pool_.threads(), kBatchThreadsMax),
            .at_once_multiply_adds_max = kAtOnceMultiplyAddsMax};
}

Result<Scores> CpuBackend::score(const ScoreBatch& batch) {
    Desk& desk = is_small(batch) ? small_ : large_;
    const std::lock_guard turn(desk.turns);
    try {
        const Result<void> laid_out = lay_out(batch, desk);
        if (!laid_out.ok()) return laid_out.error();
        Scores scores = score_all(batch, desk);
        desk.scratch.trim();
        return scores;
    } catch (const std::bad_alloc&) {
        return Error{.code = Code::out_of_memory,
                     .message = "the batch needs more memory than this machine has left"};
    } catch (const std::length_error&) {
        return Error{.code = Code::out_of_memory,
                     .message = "the batch needs more memory than a process can hold"};
    }
}

Scores CpuBackend::score_all(const ScoreBatch& batch, Desk& desk) {
    Scores scores;
    scores.tasks.resize(batch.tasks.size());

    TilePlan queries = plan_queries(batch, pool_.threads());
    run(desk, queries, [&](std::size_t i) {
        Tile& tile = queries.tiles[i];
        TaskMemory& memory = desk.memory[tile.task];
        if (is_dropped(batch.tasks[tile.task], memory.is_dropped)) return;
        prepare_queries(batch.tasks[tile.task], memory, tile);
    });
    record_faults(batch, queries, RowFault::Side::query, scores);
    record_drops(desk.memory, scores);

    TilePlan documents = plan_documents(batch, scores, pool_.threads());
    for (const Tile& tile : documents.tiles) {
        const ScoreTask& task = batch.tasks[tile.task];
        if (tile.row_begin == 0)
            scores.tasks[tile.task].values.resize(task.queries.rows * task.documents.rows);
    }
    run(desk, documents, [&](std::size_t i) {
        Tile& tile = documents.tiles[i];
        TaskMemory& memory = desk.memory[tile.task];
        if (is_dropped(batch.tasks[tile.task], memory.is_dropped)) return;
        score_documents(batch.tasks[tile.task], memory, scores.tasks[tile.task].values, tile);
    });
    record_faults(batch, documents, RowFault::Side::document, scores);
    record_drops(desk.memory, scores);
    return scores;
}

// A task that lost its claim says nothing else: what some of its tiles found is not the whole.
void CpuBackend::record_drops(std::span<const TaskMemory> memory, Scores& scores) {
    for (std::size_t i = 0; i < memory.size(); ++i) {
        if (memory[i].is_dropped) scores.tasks[i] = {.is_dropped = true};
    }
}

Result<void> CpuBackend::lay_out(const ScoreBatch& batch, Desk& desk) {
    constexpr std::size_t kDoublesMax = kScratchBytesMax / sizeof(double);
    std::size_t total = 0;
    for (const ScoreTask& task : batch.tasks) {
        check(task);
        const bool is_sane = task.queries.rows <= kDoublesMax;  // so that no product overflows
        if (is_sane) total += scratch_doubles(task);
        if (!is_sane || total > kDoublesMax) {
            return Error{.code = Code::out_of_memory,
                         .message = "the queries of the batch need more working memory than the " +
                                    std::to_string(kScratchBytesMax >> 20) + " MiB allowed"};
        }
    }
    double* free = desk.scratch.reserve(total);
    desk.memory.clear();
    desk.memory.reserve(batch.tasks.size());
    for (const ScoreTask& task : batch.tasks) {
        const std::size_t stride = padded(task.queries.dimension);
        const TaskMemory memory = {
            .wide = free, .stride = stride, .query_norms2 = free + task.queries.rows * stride};
        free = memory.query_norms2 + padded(task.queries.rows);
        desk.memory.push_back(memory);
    }
    return {};
}

void CpuBackend::run(const Desk& desk, TilePlan& plan, const ThreadPool::Work& work) {
    if (&desk == &large_ && plan.products > kPooledProductsMin) {
        pool_.run(plan.tiles.size(), work);
        return;
    }
    for (std::size_t i = 0; i < plan.tiles.size(); ++i)
        work(i);
}

void CpuBackend::prepare_queries(const ScoreTask& task, const TaskMemory& memory,
                                 Tile& tile) const {
    const std::size_t stride = memory.stride;
    for (std::size_t row = tile.row_begin; row < tile.row_end; ++row) {
        const std::span<const float> query = task.queries.row(row);
        double* const wide = memory.wide + row * stride;
        widen(query, wide, stride);
        double self = 0;  // the query's dot with itself is its squared norm
        kernels_.inner_products({wide, 1, stride}, {query.data(), 1, query.size()},
                                {&self, 1, memory.query_norms2 + row});
    }
    tile.first_bad_row = first_bad(
        {memory.query_norms2 + tile.row_begin, tile.row_end - tile.row_begin}, tile.row_begin);
}

void CpuBackend::score_documents(const ScoreTask& task, const TaskMemory& memory,
                                 std::span<double> values, Tile& tile) const {
    const std::size_t rows = tile.row_end - tile.row_begin;
    const std::size_t columns = task.documents.rows;
    const std::size_t stride = memory.stride;
    std::array<double, kTileRowsMax> norms2_of_tile;
    const std::span<double> norms2 = std::span(norms2_of_tile).first(rows);
    const std::span<double> block = values.subspan(tile.query_begin * columns + tile.row_begin);
    kernels_.inner_products(
        {memory.wide + tile.query_begin * stride, tile.query_end - tile.query_begin, stride},
        {task.documents.row(tile.row_begin).data(), rows, task.documents.dimension},
        {block.data(), columns, norms2.data()});
    tile.first_bad_row = first_bad(norms2, tile.row_begin);
    for (std::size_t q = tile.query_begin; q < tile.query_end; ++q) {
        read_out(task.method, memory.query_norms2[q], norms2,
                 block.subspan((q - tile.query_begin) * columns, rows));
    }
}

}  // namespace qr::cpu
