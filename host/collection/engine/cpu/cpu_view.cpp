#include "host/collection/engine/cpu/cpu_view.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <stdexcept>

#include "host/backend/cpu/read_out.h"
#include "host/backend/row_fault.h"
#include "host/base/check.h"
#include "host/collection/engine/cpu/block_rows.h"

namespace qr::cpu {
namespace {

// Of chosen rows, one thread at a time.
constexpr std::size_t kScoredAtOnce = 128;

Error no_memory() {
    return {.code = Code::out_of_memory,
            .message = "the search needs more memory than this machine has left"};
}

std::optional<RowFault> first_fault(const WideQueries& wide, const MatrixView& queries) {
    for (std::size_t q = 0; q < queries.rows; ++q) {
        if (!is_good_norm2(wide.norm2(q)))
            return find_fault(RowFault::Side::query, q, queries.row(q));
    }
    return std::nullopt;
}

}  // namespace

CpuView::CpuView(const BlockShape& shape, Directory directory, std::shared_ptr<const Slabs> memory,
                 std::shared_ptr<ViewLedger> ledger, Workshop& workshop)
    : shape_(shape),
      memory_(std::move(memory)),
      directory_(std::move(directory)),
      workshop_(workshop),
      scan_(best_scan_kernel(shape.scan)),
      life_(std::move(ledger)) {}

// On the pool when that pays. Its threads may throw nothing: memory that is not there ends the run.
Result<void> CpuView::run_items(std::size_t items, std::size_t products,
                                const ThreadPool::Work& work) const {
    std::atomic<bool> has_failed{false};
    const auto guarded = [&](std::size_t item) {
        try {
            if (!has_failed.load(std::memory_order_relaxed)) work(item);
        } catch (const std::bad_alloc&) {
            has_failed.store(true, std::memory_order_relaxed);
        }
    };
    if (products <= kSmallPassProductsMax || items == 1) {
        for (std::size_t i = 0; i < items; ++i)
            guarded(i);
    } else {
        workshop_.pool.run(items, guarded);
    }
    if (has_failed.load(std::memory_order_relaxed)) return no_memory();
    return {};
}

Result<void> CpuView::run(SearchPass& pass, std::span<SearchResult> results) const {
    const bool is_small = pass.products() <= kSmallPassProductsMax;
    std::unique_lock turn(workshop_.turns, std::defer_lock);
    if (!is_small) turn.lock();
    const std::size_t threads = is_small ? 1 : workshop_.pool.threads();
    pass.prepare(threads);
    auto done = run_items(threads, pass.products(), [&](std::size_t i) { pass.walk(i); });
    if (!done.ok()) return done;
    return run_items(results.size(), pass.products(),
                     [&](std::size_t i) { results[i] = pass.finish(i); });
}

Result<std::vector<SearchResult>> CpuView::search(std::span<const SearchQuery> queries) const {
    try {
        std::vector<SearchResult> results(queries.size());
        const PassGround ground{shape_, directory_, scan_, workshop_.kernels};
        for (std::size_t done = 0; done < queries.size(); done += kSearchQueriesMax) {
            const std::size_t count = std::min(kSearchQueriesMax, queries.size() - done);
            SearchPass pass(ground, queries.subspan(done, count));
            auto run_through = run(pass, std::span(results).subspan(done, count));
            if (!run_through.ok()) return run_through.error();
        }
        return results;
    } catch (const std::bad_alloc&) {
        return no_memory();
    } catch (const std::length_error&) {
        return no_memory();
    }
}

TaskScores CpuView::score_all(MatrixView queries, std::span<const Slot> slots,
                              scoring::Method method, Result<void>& done) const {
    WideQueries wide(workshop_.kernels, queries.rows, shape_.dimension);
    for (std::size_t q = 0; q < queries.rows; ++q)
        wide.set(q, queries.row(q));
    TaskScores scores{.fault = first_fault(wide, queries)};
    if (scores.fault) return scores;
    scores.values.resize(queries.rows * slots.size());
    const auto score_some = [&](std::size_t item) {
        const std::size_t first = item * kScoredAtOnce;
        const std::size_t count = std::min(kScoredAtOnce, slots.size() - first);
        std::array<double, kScoredAtOnce> norms2;
        ExactScorer scorer(shape_, directory_, workshop_.kernels);
        scorer.sum(wide.rows(0, queries.rows), slots.subspan(first, count),
                   {scores.values.data() + first, slots.size(), norms2.data()});
        for (std::size_t q = 0; q < queries.rows; ++q) {
            read_out(method, wide.norm2(q), std::span(norms2).first(count),
                     std::span(scores.values).subspan(q * slots.size() + first, count));
        }
    };
    const std::size_t products = scores.values.size() * shape_.dimension;
    std::unique_lock turn(workshop_.turns, std::defer_lock);
    if (products > kSmallPassProductsMax) turn.lock();
    done = run_items((slots.size() + kScoredAtOnce - 1) / kScoredAtOnce, products, score_some);
    return scores;
}

Result<TaskScores> CpuView::score(MatrixView queries, std::span<const Slot> slots,
                                  scoring::Method method) const {
    QR_CHECK(queries.dimension == shape_.dimension);
    try {
        Result<void> done;
        TaskScores scores = score_all(queries, slots, method, done);
        if (!done.ok()) return done.error();
        return scores;
    } catch (const std::bad_alloc&) {
        return no_memory();
    } catch (const std::length_error&) {
        return no_memory();
    }
}

Result<void> CpuView::read(Slot slot, std::span<float> row) const {
    QR_CHECK(slot / kBlockRows < directory_.blocks());
    const BlockPlace& place = directory_[slot / kBlockRows];
    QR_CHECK(place.scan != nullptr && slot % kBlockRows < place.head().used);
    read_row(shape_, place, slot % kBlockRows, row);
    return {};
}

}  // namespace qr::cpu
