// One pass of queries over a view's rows: what survives a scan is rescored, and the answer proven.
//
// The proof: a row that a scan left out has an exact overlap no greater than the key at which it
// was left out (kernels/survivors.h). Where the k-th best exact overlap that was found is greater,
// no such row belongs to the answer. Where it is not, more rows passed the bound than were kept:
// every row whose key reaches that overlap is scored exactly, range by range of so many rows as a
// list of survivors holds. That ends, is exact for whatever data, and is counted as a retry.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "host/cuda/collection/best_hits.h"
#include "host/cuda/collection/row_numbers.h"
#include "host/cuda/collection/search_lane.h"

namespace qr::cuda {

class SearchPass {
  public:
    // As many queries as fit one pass (queries_of_pass), none of them at fault, each with rows that
    // count; `results` has a place for each.
    SearchPass(SearchLane& lane, const RowsOnDevice& rows, const RowNumbers& numbers,
               std::span<const SearchQuery* const> queries, std::span<SearchResult* const> results);

    // Errors: those of the runtime. Throws std::bad_alloc.
    Result<void> run();

  private:
    struct Query {
        const SearchQuery* search;
        SearchResult* result;
        PassQuery pass;
        BestHits best;
        double norm2 = 0;
    };

    Result<void> run_pass();
    static std::vector<PassQuery> pass_of(std::span<Query* const> queries);
    void take(Query& query, const ListedRows& rows);
    bool is_proven(Query& query, std::size_t place);
    Result<void> exhaust(std::span<Query* const> queries);
    Result<void> exhaust_range(std::span<Query* const> queries, const RowRange& range);
    void finish(Query& query, std::size_t place);

    SearchLane& lane_;
    const RowsOnDevice& rows_;
    const RowNumbers& numbers_;
    std::vector<const RowMask*> masks_;
    std::vector<Query> queries_;
};

}  // namespace qr::cuda
