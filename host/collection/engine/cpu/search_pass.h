// One pass over a view's blocks, answering up to kSearchQueriesMax queries.
//
// A block stays in the L2 cache while all tiles of queries pass over it. Threads take stretches of
// blocks in turn, each with survivors of its own; what they share is how much a row needs to be
// looked at. Which thread meets a row decides nothing: the answer is the best of all rows that
// could belong to it, by exact score.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "host/collection/engine/cpu/exact_scorer.h"
#include "host/collection/engine/cpu/pass_query.h"
#include "host/collection/engine/cpu/query_tiles.h"
#include "host/collection/engine/cpu/scan_kernels.h"
#include "host/collection/engine/cpu/survivors.h"

namespace qr::cpu {

// Blocks that a thread scans before it asks whether anybody still waits: 0.8 MB at dimension 768 in
// 16 bits.
inline constexpr std::size_t kStretchBlocks = 16;
// A block in which no more rows count than this is not scanned for one query: reading it would take
// longer than exact scores do. Four queries share the reading already (search_bench, `filtered`).
inline constexpr std::size_t kSparseRowsMax = 2;
inline constexpr std::size_t kSparseQueriesMax = 1;
// Rows that are scored for each one wanted, and at least, when nothing is to be proven.
inline constexpr std::size_t kUnprovenTimesK = 4;
inline constexpr std::size_t kUnprovenMin = 64;

struct PassGround {
    const BlockShape& shape;
    const Directory& directory;
    const ScanKernel& scan;
    const KernelTable& kernels;
};

class SearchPass {
  public:
    SearchPass(const PassGround& ground, std::span<const SearchQuery> queries);
    ~SearchPass();

    // About how many multiply-adds it takes.
    std::size_t products() const;
    // On so many threads at once, each with a number of its own below the count given here.
    void prepare(std::size_t threads);
    void walk(std::size_t thread);
    // When every walk is done: one query's answer. Any number of threads, each with other queries.
    SearchResult finish(std::size_t query);

  private:
    class Walker;
    bool is_wanted();

    const PassGround& ground_;
    WideQueries wide_;
    std::vector<PassQuery> queries_;
    QueryTiles tiles_;
    std::atomic<std::size_t> next_stretch_{0};
    std::vector<std::unique_ptr<Walker>> walkers_;
};

}  // namespace qr::cpu
