#include "host/collection/engine/cpu/search_pass.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "host/backend/row_fault.h"
#include "host/base/check.h"
#include "host/base/narrow.h"

namespace qr::cpu {
namespace {

// No larger than the threshold.
float rounded_down(double value) {
    const auto nearest = static_cast<float>(value);
    constexpr float kLowest = -std::numeric_limits<float>::infinity();
    return static_cast<double>(nearest) > value ? std::nextafter(nearest, kLowest) : nearest;
}

std::uint32_t rows_that_count(const RowMask& mask, std::size_t block, const BlockHead& head) {
    static_assert(kBlockRows == 32, "two blocks to a word");
    if (block / 2 >= mask.size()) return 0;
    const auto rows = static_cast<std::uint32_t>(mask[block / 2] >> (block % 2 * kBlockRows));
    return head.used == kBlockRows ? rows : rows & ((std::uint32_t{1} << head.used) - 1);
}

std::size_t wanted_of(const SearchQuery& query, bool is_proven) {
    return is_proven ? query.k : std::max(kUnprovenTimesK * query.k, kUnprovenMin);
}

std::vector<PassQuery> pass_queries(const PassGround& ground, std::span<const SearchQuery> asked,
                                    WideQueries& wide) {
    std::vector<PassQuery> queries(asked.size());
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const SearchQuery& query = asked[i];
        QR_CHECK(query.vector.size() == ground.shape.dimension && query.mask != nullptr);
        QR_CHECK(query.k >= 1 && query.k <= kTopKMax);
        wide.set(i, query.vector);
        PassQuery& prepared = queries[i];
        prepared.asked = &query;
        prepared.place = i;
        prepared.norm2 = wide.norm2(i);
        prepared.is_proven = ground.shape.scan != Dtype::int8 || query.is_certified;
        prepared.wanted = wanted_of(query, prepared.is_proven);
        if (!is_good_norm2(prepared.norm2))
            prepared.fault = find_fault(RowFault::Side::query, 0, query.vector);
    }
    return queries;
}

}  // namespace

// What one thread of a pass has: its survivors, and what it counts.
class SearchPass::Walker {
  public:
    Walker(const PassGround& ground, std::span<PassQuery> queries, const WideQueries& wide)
        : ground_(ground),
          wide_(wide),
          scorer_(ground.shape, ground.directory, ground.kernels),
          counts_(queries.size()) {
        for (PassQuery& query : queries)
            survivors_.emplace_back(query);
    }

    void walk(const QueryTiles& tiles, std::size_t first, std::size_t end);
    RowJudge judge(const PassQuery& query) { return {query, wide_, ground_.directory, scorer_}; }

    struct Count {
        std::size_t rows = 0;
        double delta = 0;  // the largest
    };
    const Count& count(std::size_t query) const { return counts_[query]; }
    Survivors& survivors(std::size_t query) { return survivors_[query]; }

  private:
    struct TileBlock {
        std::array<std::uint32_t, kScanQueriesMax> masks;
        std::array<double, kScanQueriesMax> deltas;
        alignas(64) std::array<float, kScanQueriesMax> thresholds;
    };

    std::span<const std::byte> plane_behind(std::size_t block) const;
    void scan(const QueryTile& tile, std::size_t block, std::span<const std::byte> upcoming);
    std::uint32_t mask(const QueryTile& tile, std::size_t block, TileBlock& work);
    bool is_sparse(const QueryTile& tile, std::uint32_t any) const;
    void judge_block(const QueryTile& tile, std::size_t block, const TileBlock& work);
    void keep(const QueryTile& tile, std::size_t block, const TileBlock& work);

    const PassGround& ground_;
    const WideQueries& wide_;
    ExactScorer scorer_;
    std::vector<Survivors> survivors_;  // by place of the query
    std::vector<Count> counts_;         // likewise
    ScanHits hits_;
};

void SearchPass::Walker::walk(const QueryTiles& tiles, std::size_t first, std::size_t end) {
    for (std::size_t block = first; block < end; ++block) {
        if (ground_.directory[block].scan == nullptr) continue;
        const std::span<const std::byte> upcoming = plane_behind(block);
        const std::size_t count = tiles.tiles().size();
        for (std::size_t i = 0; i < count; ++i)
            scan(tiles.tiles()[i], block, share_of(upcoming, i, count));
    }
}

std::span<const std::byte> SearchPass::Walker::plane_behind(std::size_t block) const {
    if (block + 1 >= ground_.directory.blocks()) return {};
    const BlockPlace& next = ground_.directory[block + 1];
    if (next.scan == nullptr) return {};
    return {next.plane(), scan_plane_bytes(ground_.shape.scan, ground_.shape.dimension)};
}

// Which rows count, for each query and for any.
std::uint32_t SearchPass::Walker::mask(const QueryTile& tile, std::size_t block, TileBlock& work) {
    const BlockHead& head = ground_.directory[block].head();
    std::uint32_t any = 0;
    const RowMask* last = nullptr;
    std::uint32_t rows = 0;
    for (std::size_t i = 0; i < tile.queries.size(); ++i) {
        const PassQuery& query = *tile.queries[i];
        if (query.asked->mask != last) {
            last = query.asked->mask;
            rows = rows_that_count(*last, block, head);
        }
        work.masks[i] = query.is_live() ? rows : 0;
        counts_[query.place].rows += static_cast<std::size_t>(std::popcount(work.masks[i]));
        any |= work.masks[i];
    }
    return any;
}

void SearchPass::Walker::scan(const QueryTile& tile, std::size_t block,
                              std::span<const std::byte> upcoming) {
    TileBlock work;
    const std::uint32_t any = mask(tile, block, work);
    if (any == 0) return;
    const BlockPlace& place = ground_.directory[block];
    const auto weighting = static_cast<std::size_t>(tile.weighting);
    const BlockBound& bound = place.head().bounds[weighting];
    for (std::size_t i = 0; i < tile.queries.size(); ++i) {
        const PassQuery& query = *tile.queries[i];
        const double delta = query.bound.delta(bound);
        work.deltas[i] = query.is_proven ? delta : 0;
        work.thresholds[i] = rounded_down(query.lowest_kept() - work.deltas[i]);
        Count& count = counts_[query.place];
        if (work.masks[i] != 0) count.delta = std::max(count.delta, delta);
    }
    if (is_sparse(tile, any)) {
        judge_block(tile, block, work);
        return;
    }
    ground_.scan.scan({.plane = place.plane(),
                       .upcoming = upcoming,
                       .weights = place.head().weights[weighting],
                       .mask = any,
                       .dimension = ground_.shape.dimension},
                      {.queries = tile.packed,
                       .count = tile.queries.size(),
                       .thresholds = work.thresholds.data(),
                       .passing = tile.passing},
                      hits_);
    keep(tile, block, work);
}

// Where the truth stands row by row, so that few rows are few bytes.
bool SearchPass::Walker::is_sparse(const QueryTile& tile, std::uint32_t any) const {
    return ground_.shape.has_truth() && survivors_.size() <= kSparseQueriesMax &&
           static_cast<std::size_t>(std::popcount(any)) <= kSparseRowsMax &&
           std::ranges::all_of(tile.queries,
                               [](const PassQuery* query) { return query->is_proven; });
}

void SearchPass::Walker::judge_block(const QueryTile& tile, std::size_t block,
                                     const TileBlock& work) {
    for (std::size_t i = 0; i < tile.queries.size(); ++i) {
        std::array<Slot, kSparseRowsMax> slots;
        std::size_t count = 0;
        for (std::uint32_t rows = work.masks[i]; rows != 0; rows &= rows - 1) {
            const auto lane = static_cast<std::size_t>(std::countr_zero(rows));
            slots[count++] = narrow<Slot>(block * kBlockRows + lane);
        }
        if (count == 0) continue;
        const PassQuery& query = *tile.queries[i];
        survivors_[query.place].add_judged(std::span(slots).first(count), judge(query));
    }
}

void SearchPass::Walker::keep(const QueryTile& tile, std::size_t block, const TileBlock& work) {
    for (std::size_t i = 0; i < tile.queries.size(); ++i) {
        std::uint32_t passed = hits_.passed[i] & work.masks[i];
        if (passed == 0) continue;
        const PassQuery& query = *tile.queries[i];
        Survivors& survivors = survivors_[query.place];
        for (; passed != 0; passed &= passed - 1) {
            const auto lane = static_cast<std::size_t>(std::countr_zero(passed));
            survivors.add(narrow<Slot>(block * kBlockRows + lane), hits_.estimates[i][lane],
                          work.deltas[i]);
        }
        if (survivors.is_due()) survivors.settle(judge(query));
    }
}

SearchPass::SearchPass(const PassGround& ground, std::span<const SearchQuery> queries)
    : ground_(ground),
      wide_(ground.kernels, queries.size(), ground.shape.dimension),
      queries_(pass_queries(ground, queries, wide_)),
      tiles_(ground.scan, ground.shape.dimension, queries_) {}

SearchPass::~SearchPass() = default;

std::size_t SearchPass::products() const {
    return ground_.directory.blocks() * kBlockRows * ground_.shape.dimension * queries_.size();
}

void SearchPass::prepare(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i)
        walkers_.push_back(std::make_unique<Walker>(ground_, queries_, wide_));
}

void SearchPass::walk(std::size_t thread) {
    const std::size_t blocks = ground_.directory.blocks();
    for (;;) {
        const std::size_t first =
            next_stretch_.fetch_add(1, std::memory_order_relaxed) * kStretchBlocks;
        if (first >= blocks || !is_wanted()) return;
        walkers_[thread]->walk(tiles_, first, std::min(first + kStretchBlocks, blocks));
    }
}

// Whether anybody waits for the pass; asks every claim that was not dropped before.
bool SearchPass::is_wanted() {
    bool is_wanted = false;
    for (PassQuery& query : queries_) {
        if (!query.is_live()) continue;
        const Claim* const claim = query.asked->claim;
        if (claim != nullptr && claim->is_dropped())
            query.is_dropped.store(true, std::memory_order_relaxed);
        else
            is_wanted = true;
    }
    return is_wanted;
}

SearchResult SearchPass::finish(std::size_t index) {
    const PassQuery& query = queries_[index];
    if (query.fault) return {.fault = query.fault};
    if (query.is_dropped.load(std::memory_order_relaxed)) return {.is_dropped = true};
    Survivors all = std::move(walkers_[0]->survivors(index));
    Walker::Count count = walkers_[0]->count(index);
    for (std::size_t i = 1; i < walkers_.size(); ++i) {
        all.take(walkers_[i]->survivors(index));
        count.rows += walkers_[i]->count(index).rows;
        count.delta = std::max(count.delta, walkers_[i]->count(index).delta);
    }
    ExactScorer scorer(ground_.shape, ground_.directory, ground_.kernels);
    SearchResult result;
    result.hits = all.finish({query, wide_, ground_.directory, scorer});
    result.is_exact = query.is_proven;
    result.bound = count.delta / query.unit;
    result.rows = count.rows;
    result.rescored = all.rescored();
    result.retries = all.retries();
    return result;
}

}  // namespace qr::cpu
